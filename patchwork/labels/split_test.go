package labels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// multilabel is a table of n rows with partial labels, of classes whose rarity varies from 1 in 2 to a handful.
func multilabel(t testing.TB, n int, seed uint64) *Store {
	r := rand.New(rand.NewPCG(seed, 2))
	rates := []float64{0.5, 0.2, 0.1, 0.03, 3 / float64(n)}
	classes := make([]string, len(rates))
	s := open(t, Options{Dir: t.TempDir(), Classes: nil, Images: numbered(t, n)})
	for c, rate := range rates {
		classes[c] = fmt.Sprint("class ", c)
		refs := [2][]string{}
		for row := range n {
			v := 0
			if r.Float64() < rate || (c == 4 && row < 3) {
				v = 1
			}
			if r.Float64() < 0.8 || v == 1 {
				refs[v] = append(refs[v], s.o.Images.At(row).ID)
			}
		}
		e := label(classes[c], Absent, refs[0]...)
		e.Set = append(e.Set, Change{Class: classes[c], Value: 1, Images: refs[1]})
		e.Classes = classes[c : c+1]
		apply(t, s, e)
	}
	return s
}

func TestSplitDividesEveryClassInItsShare(t *testing.T) {
	for seed := range uint64(5) {
		s := multilabel(t, 500, seed)
		for _, fraction := range []float64{0.1, 0.2, 0.5} {
			e, err := Split(s.Table(), s.o.Images, fraction, seed, nil)
			if err != nil {
				t.Fatal(err)
			}
			apply(t, s, e)
			if held := len(s.Table().Rows(Filter{Exclude: Validation})); held != int(500*fraction) {
				t.Errorf("%d rows are held out; want %v", held, 500*fraction)
			}
			for _, c := range s.Table().Counts() {
				for what, pair := range map[string][2]int{"present": {c.Train.Present, c.Validation.Present}, "absent": {c.Train.Absent, c.Validation.Absent}} {
					all := float64(pair[0] + pair[1])
					if off := math.Abs(float64(pair[1]) - fraction*all); off > math.Max(2, 0.03*all) {
						t.Errorf("seed %d, share %g: %s %s on %d of %g rows held out", seed, fraction, c.Class, what, pair[1], all)
					}
					if all >= 2 && (pair[0] == 0 || pair[1] == 0) {
						t.Errorf("seed %d, share %g: %s %s only on one side: %v", seed, fraction, c.Class, what, pair)
					}
				}
			}
		}
	}
}

func TestSplitIsRepeatableAndReplacesFlags(t *testing.T) {
	s := multilabel(t, 60, 1)
	first, err := Split(s.Table(), s.o.Images, 0.3, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Split(s.Table(), s.o.Images, 0.3, 5, nil); !reflect.DeepEqual(again, first) {
		t.Error("the same seed gives another split")
	}
	apply(t, s, first)
	before := s.Table().Rows(Filter{Exclude: Validation})
	other, _ := Split(s.Table(), s.o.Images, 0.3, 6, nil)
	apply(t, s, other)
	after := s.Table().Rows(Filter{Exclude: Validation})
	if len(after) != 18 || slices.Equal(before, after) {
		t.Errorf("another seed holds %v after %v; want 18 other rows", after, before)
	}
	s.Undo("")
	if got := s.Table().Rows(Filter{Exclude: Validation}); !slices.Equal(got, before) {
		t.Error("undo does not bring the first split back")
	}
}

// Rows that are excluded, broken or not labelled are not held out, and lose the flag if they had it.
func TestSplitLeavesOutWhatCannotBeUsed(t *testing.T) {
	images := make([]imageset.Image, 12)
	for i := range images {
		images[i].ID = fmt.Sprint(i)
	}
	images[2].Problem = "broken"
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"a"}, Images: indexOf(t, images)})
	apply(t, s, label("a", Present, "0", "1", "2", "3", "4"))
	apply(t, s, label("a", Absent, "5", "6", "7"))
	apply(t, s, Event{Kind: KindExclude, Set: []Change{{Value: 1, Images: []string{"1"}}}})
	apply(t, s, Event{Kind: KindValidation, Set: []Change{{Value: 1, Images: []string{"1", "2", "11"}}}})
	e, err := Split(s.Table(), s.o.Images, 0.5, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, e)
	got := s.Table().Rows(Filter{Exclude: Validation})
	if len(got) != 3 || slices.ContainsFunc(got, func(row int) bool { return row == 1 || row == 2 || row > 7 }) {
		t.Errorf("held out are %v; want 3 of 0, 3, 4, 5, 6, 7", got)
	}
}

func TestSplitWithFewRows(t *testing.T) {
	tests := []struct {
		name     string
		present  [][]string // of each image
		fraction float64
		both     []string // classes that can be on both sides
	}{
		{"two of each", [][]string{{"a"}, {"a"}, {"b"}, {"b"}}, 0.5, []string{"a", "b"}},
		{"a pair and a crowd", [][]string{{"a"}, {"a"}, {"b"}, {"b"}, {"b"}, {"b"}, {"b"}, {"b"}, {"b"}, {"b"}}, 0.2, []string{"a", "b"}},
		{"pairs that overlap", [][]string{{"a", "b"}, {"a"}, {"b"}, {"c"}, {"c"}, {"c"}}, 0.34, []string{"a", "b", "c"}},
		{"always together", [][]string{{"a", "b"}, {"a", "b"}, {"c"}, {"c"}}, 0.5, []string{"a", "b", "c"}},
		{"a single one stays whole", [][]string{{"a"}, {"b"}, {"b"}}, 0.34, []string{"b"}},
	}
	for _, tt := range tests {
		for seed := range uint64(20) {
			var ids []string
			for i := range tt.present {
				ids = append(ids, fmt.Sprint(i))
			}
			s := open(t, Options{Dir: t.TempDir(), Classes: []string{"a", "b", "c"}, Images: index(t, ids...), ReadOnly: true})
			for i, classes := range tt.present {
				for _, class := range classes {
					c, _ := s.Table().Class(class)
					s.Table().columns[c][i] = Present
				}
			}
			e, err := Split(s.Table(), s.o.Images, tt.fraction, seed, nil)
			if err != nil {
				t.Fatal(err)
			}
			held := e.Set[0].Images
			for _, class := range tt.both {
				c, _ := s.Table().Class(class)
				in, out := 0, 0
				for i := range ids {
					if s.Table().Value(i, c) == Present {
						if slices.Contains(held, Ref(s.o.Images, i)) {
							out++
						} else {
							in++
						}
					}
				}
				if in == 0 || out == 0 {
					t.Errorf("%s, seed %d: class %s is on %d and %d rows; want both sides", tt.name, seed, class, in, out)
				}
			}
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"a"}, Images: index(t, "1", "2", "3")})
	for _, fraction := range []float64{0, 1, -0.2, 1.5, math.NaN()} {
		if _, err := Split(s.Table(), s.o.Images, fraction, 0, nil); err == nil || !strings.Contains(err.Error(), "want more than 0 and less than 1") {
			t.Errorf("share %g gives %v", fraction, err)
		}
	}
	for want := range 2 {
		if _, err := Split(s.Table(), s.o.Images, 0.2, 0, nil); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d images are labelled", want)) {
			t.Errorf("%d labelled rows give %v", want, err)
		}
		apply(t, s, label("a", Present, fmt.Sprint(want+1)))
	}
}

// A large table is divided in a moment: the moves at the end must not look at all rows each.
func TestSplitOfALargeTable(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	traits := make([][]int, 50000)
	for i := range traits {
		for c := range 10 {
			if p := r.Float64(); p < 0.05*float64(c+1) {
				traits[i] = append(traits[i], 2*c)
			} else if p < 0.9 {
				traits[i] = append(traits[i], 2*c+1)
			}
		}
		if len(traits[i]) == 0 {
			traits[i] = []int{0}
		}
	}
	out := stratify(traits, 20, len(traits), 10000, rand.New(rand.NewPCG(1, 1)))
	held := 0
	for _, o := range out {
		held += side(o)
	}
	if held != 10000 {
		t.Errorf("%d rows are held out; want 10000", held)
	}
}

// In small tables every trait that can be on both sides is: where one is not, each of its items is the last of another
// trait on its side.
func TestStratifyLeavesNoTraitOnOneSide(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 9))
		n, kinds := 3+r.IntN(10), 2+r.IntN(5)
		traits := make([][]int, n)
		for i := range traits {
			for k := range kinds {
				if r.IntN(3) == 0 {
					traits[i] = append(traits[i], k)
				}
			}
			if len(traits[i]) == 0 {
				traits[i] = []int{r.IntN(kinds)}
			}
		}
		held := 1 + r.IntN(n-1)
		out := stratify(traits, kinds, n, held, r)
		s := &strata{traits: traits, out: out, members: make([][]int, kinds)}
		for i, list := range traits {
			for _, k := range list {
				s.members[k] = append(s.members[k], i)
			}
		}
		s.count()
		for k, items := range s.members {
			if len(items) >= 2 && (s.have[0][k] == 0 || s.have[1][k] == 0) && slices.ContainsFunc(items, s.movable) {
				t.Fatalf("seed %d: trait %d is on one side of %v, traits %v", seed, k, out, traits)
			}
		}
	}
}

// Rows of one group are never parted, and the classes are divided all the same.
func TestSplitKeepsGroupsTogether(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"a"}, Images: numbered(t, 60)})
	for row := range 60 {
		apply(t, s, label("a", Tri(row/30), Ref(s.o.Images, row)))
	}
	groups := [][]int{{0, 1, 2}, {10, 40}, {30, 31}, {7, 8}}
	for seed := range uint64(20) {
		e, err := Split(s.Table(), s.o.Images, 0.3, seed, groups)
		if err != nil {
			t.Fatal(err)
		}
		apply(t, s, e)
		held := [2]int{}
		for row := range 60 {
			if s.Table().Validation(row) {
				held[s.Table().Value(row, 0)]++
			}
		}
		for _, g := range groups {
			for _, row := range g[1:] {
				if s.Table().Validation(row) != s.Table().Validation(g[0]) {
					t.Errorf("seed %d: rows %d and %d are parted", seed, g[0], row)
				}
			}
		}
		if held[0] < 7 || held[0] > 11 || held[1] < 7 || held[1] > 12 {
			t.Errorf("seed %d: %d without and %d with the class are held out; want about 9 each", seed, held[0], held[1])
		}
	}
	all := make([]int, 60)
	for row := range all {
		all[row] = row
	}
	if _, err := Split(s.Table(), s.o.Images, 0.3, 0, [][]int{all}); err == nil || !strings.Contains(err.Error(), "doubles counted once") {
		t.Errorf("all in one group: %v", err)
	}
}
