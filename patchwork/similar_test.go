package patchwork

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/studio"
)

// embedded makes a project of n photos with features.
func embedded(t *testing.T, folder string) *Project {
	t.Helper()
	p := newProject(t, folder, "red", "green")
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

// kindOf is the colour of a suggestion by its folder.
func kindOf(s Suggestion) string { return filepath.Base(filepath.Dir(s.Image)) }

func TestSimilarImages(t *testing.T) {
	folder := photos(t, 30)
	p := embedded(t, folder)
	red := p.Images().At(slices.Index(kinds(p), "red")).ID
	found, err := p.Similar(t.Context(), SimilarOptions{Images: []string{red}, N: 10})
	if err != nil || len(found) != 10 {
		t.Fatalf("%d images, %v; want 10", len(found), err)
	}
	for i, s := range found {
		if kindOf(s) != "red" || s.Image == red || s.Score > 1 || i > 0 && s.Score > found[i-1].Score {
			t.Errorf("place %d: %+v; want another red image, not more alike than the one before", i, s)
		}
		if want := fmt.Sprintf("looks like %s (cosine %.2f)", red, s.Score); s.Reason != want {
			t.Errorf("reason %q, want %q", s.Reason, want)
		}
	}
	file, err := filepath.Abs(filepath.Join(folder, "red", filepath.Base(red)))
	if err != nil {
		t.Fatal(err)
	}
	wd, _ := os.Getwd()
	fromHere, err := filepath.Rel(wd, file)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	for what, path := range map[string]string{
		"from the working directory": fromHere, "from the root": file, "through a link": filepath.Join(link, "red", filepath.Base(red)),
	} {
		again, err := p.Similar(t.Context(), SimilarOptions{Images: []string{path}, N: 10})
		if err != nil || !slices.Equal(again, found) {
			t.Errorf("by the path %s, %s: %v, %v; want the same", what, path, again, err)
		}
	}
	green := p.Images().At(slices.Index(kinds(p), "green")).ID
	both, err := p.Similar(t.Context(), SimilarOptions{Images: []string{red, green}})
	if err != nil || len(both) != 16 {
		t.Fatalf("like one of two, by default: %d images, %v; want 16", len(both), err)
	}
	for _, s := range both {
		if !strings.Contains(s.Reason, "/"+kindOf(s)+"/") {
			t.Errorf("%s: %q; want the given image of its colour", s.Image, s.Reason)
		}
	}
}

// kinds are the colours of all images, by row.
func kinds(p *Project) (list []string) {
	for row := range p.Images().Len() {
		list = append(list, filepath.Base(filepath.Dir(p.Images().At(row).ID)))
	}
	return list
}

func TestSimilarGoesByTheFilter(t *testing.T) {
	p := embedded(t, photos(t, 12))
	red := p.Images().At(slices.Index(kinds(p), "red"))
	others, err := p.Similar(t.Context(), SimilarOptions{Images: []string{red.ID}})
	if err != nil || len(others) != 11 {
		t.Fatalf("%d others, %v; want 11", len(others), err)
	}
	set := func(kind labels.Kind, row int, change labels.Change) {
		t.Helper()
		change.Images = []string{labels.Ref(p.Images(), row)}
		if err := p.Apply(t.Context(), labels.Event{Kind: kind, Set: []labels.Change{change}}); err != nil {
			t.Fatal(err)
		}
	}
	set(labels.KindExclude, others[0].Row, labels.Change{Value: 1})
	set(labels.KindLabel, others[1].Row, labels.Change{Classes: []string{"red", "green"}, Value: 0})
	set(labels.KindLabel, others[2].Row, labels.Change{Class: "green", Value: 0})
	for _, tt := range []struct {
		what string
		f    labels.Filter
		skip []int
		want []Suggestion
	}{
		{"neither excluded nor fully labelled", labels.Filter{}, nil, others[2:]},
		{"skipped", labels.Filter{}, []int{others[2].Row, others[10].Row}, others[3:10]},
		{"partly labelled", labels.Filter{Status: labels.Partial}, nil, others[2:3]},
		{"fully labelled", labels.Filter{Status: labels.Labelled}, nil, others[1:2]},
		{"excluded", labels.Filter{Exclude: labels.Excluded}, nil, others[:1]},
		{"none", labels.Filter{Exclude: labels.Validation}, nil, nil},
	} {
		got, err := p.Similar(t.Context(), SimilarOptions{Images: []string{red.ID}, Filter: tt.f, Skip: func(row int) bool { return slices.Contains(tt.skip, row) }})
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, %v; want %v", tt.what, got, err, tt.want)
		}
	}
}

func TestLookAlikesFillPages(t *testing.T) {
	p := embedded(t, photos(t, 32))
	seen := map[int]bool{}
	for page := range uint64(4) {
		found, err := p.LookAlikes(t.Context(), LookAlikesOptions{N: 8, Seed: page, Skip: func(row int) bool { return seen[row] }})
		if err != nil || len(found) != 8 {
			t.Fatalf("page %d: %d images, %v; want 8", page, len(found), err)
		}
		seed := found[0]
		if seed.Score != 1 || seed.Reason != "the image that the others look like" {
			t.Errorf("page %d begins with %+v; want the seed", page, seed)
		}
		for _, s := range found {
			if kindOf(s) != kindOf(seed) || seen[s.Row] {
				t.Errorf("page %d of %s images shows %s; want one colour and no image twice", page, kindOf(seed), s.Image)
			}
			if want := fmt.Sprintf("looks like %s (cosine %.2f)", seed.Image, s.Score); s != seed && s.Reason != want {
				t.Errorf("reason %q, want %q", s.Reason, want)
			}
			seen[s.Row] = true
		}
	}
	found, err := p.LookAlikes(t.Context(), LookAlikesOptions{Skip: func(row int) bool { return seen[row] }})
	if err != nil || len(found) != 0 {
		t.Errorf("after all were shown: %v, %v; want nothing", found, err)
	}
	one, err1 := p.LookAlikes(t.Context(), LookAlikesOptions{Seed: 5})
	two, err2 := p.LookAlikes(t.Context(), LookAlikesOptions{Seed: 5})
	if err := errors.Join(err1, err2); err != nil || len(one) != 16 || !slices.Equal(one, two) {
		t.Errorf("the same seed gives %v and %v, %v; want the same 16", one, two, err)
	}
}

func TestSimilarSaysWhatToDo(t *testing.T) {
	folder := photos(t, 6)
	p := newProject(t, folder, "red")
	id := p.Images().At(0).ID
	similar := func(images ...string) error {
		_, err := p.Similar(t.Context(), SimilarOptions{Images: images})
		return err
	}
	if err := similar(id); !errors.Is(err, ErrNoFeatures) || !strings.Contains(err.Error(), "patchwork embed") {
		t.Errorf("without features: %v", err)
	}
	if _, err := p.LookAlikes(t.Context(), LookAlikesOptions{}); !errors.Is(err, ErrNoFeatures) {
		t.Errorf("look-alikes without features: %v", err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	paint(t, filepath.Join(folder, "green", "900.png"), "green", 900)
	os.WriteFile(filepath.Join(folder, "green", "901.png"), []byte("no picture"), 0o644)
	if _, err := p.Rescan(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	dir := filepath.ToSlash(filepath.Dir(id))
	for _, tt := range []struct {
		err  error
		want string
	}{
		{similar(), "no image is named"},
		{similar("magic.png"), `no image "magic.png"`},
		{similar(dir + "/900.png"), "900.png as it is now; run p.Embed()"},
		{similar(dir + "/901.png"), "901.png cannot be used"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("got %v, want %q", tt.err, tt.want)
		}
	}
	if _, err := p.Similar(t.Context(), SimilarOptions{Images: []string{id}, Filter: labels.Filter{Subset: labels.SubsetFilter{Kind: labels.ClassPresent, Name: "lake"}}}); !errors.Is(err, labels.ErrUnknownClass) {
		t.Errorf("a class that is not there: %v", err)
	}
	if found, err := p.Similar(t.Context(), SimilarOptions{Images: []string{id, dir + "/900.png"}}); err != nil || len(found) != 5 {
		t.Errorf("one of two images has features: %d found, %v; want the 5 others with features", len(found), err)
	}
	onlyNew := func(row int) bool { return !strings.HasSuffix(p.Images().At(row).ID, "900.png") }
	if _, err := p.LookAlikes(t.Context(), LookAlikesOptions{Skip: onlyNew}); !errors.Is(err, ErrNoFeatures) {
		t.Errorf("only images without features are left: %v; want ErrNoFeatures and not an empty page", err)
	}
}

// The studio keeps the features open and sees when others are there.
func TestEngineFindsAlikeAndNoticesNewFeatures(t *testing.T) {
	folder := photos(t, 10)
	p := newProject(t, folder, "red", "green")
	if _, err := p.openWriter(); err != nil {
		t.Fatal(err)
	}
	e := &engine{Project: p}
	t.Cleanup(func() { e.kept.close() })
	q := studio.Query{N: 3, Skip: func(int) bool { return false }}
	if _, err := e.Alike(t.Context(), nil, q); !errors.Is(err, ErrNoFeatures) || !strings.Contains(err.Error(), "Train computes them") {
		t.Errorf("without features: %v; want what to press and what to type", err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	red := slices.Index(kinds(p), "red")
	picks, err := e.Alike(t.Context(), []int{red}, q)
	if err != nil || len(picks) != 3 || kinds(p)[picks[0].Row] != "red" || !strings.HasPrefix(picks[0].Reason, "looks like ") {
		t.Fatalf("like a red image: %v, %v; want 3, red ones first", picks, err)
	}
	before := e.kept.looks
	if page, err := e.Alike(t.Context(), nil, q); err != nil || len(page) != 3 || page[0].Score != 1 {
		t.Errorf("a page of look-alikes: %v, %v", page, err)
	}
	if e.kept.looks != before {
		t.Error("the features were opened again though nothing has changed")
	}
	side := p.path("features", p.Settings().Features+".json")
	text, err := os.ReadFile(side)
	if err != nil {
		t.Fatal(err)
	}
	// As another process leaves it when it has computed the image anew from other content.
	hash := p.Images().At(picks[0].Row).Hash
	if err := os.WriteFile(side, []byte(strings.Replace(string(text), hash, strings.Repeat("0", len(hash)), 1)+" "), 0o644); err != nil {
		t.Fatal(err)
	}
	after, err := e.Alike(t.Context(), []int{red}, q)
	if err != nil || e.kept.looks == before || slices.ContainsFunc(after, func(s studio.Pick) bool { return s.Row == picks[0].Row }) {
		t.Errorf("after the features of row %d have changed: %v, %v; want other ones read", picks[0].Row, after, err)
	}
}
