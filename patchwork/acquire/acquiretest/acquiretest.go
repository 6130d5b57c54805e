// Package acquiretest holds the promises that every acquisition strategy keeps. A strategy's own test is its golden
// table and one line, acquiretest.Run(t, strategy).
package acquiretest

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
)

// size is the number of rows of the pools below.
const size = 40

// Pool makes a pool of n rows, three classes, probabilities, four features a row and no labels, all drawn from seed. The
// second class is named class if that is not empty.
func Pool(n int, seed uint64, class string) *acquire.Pool {
	data := rand.New(rand.NewPCG(7, 7)) // the pool is always the same; seed only drives the choice
	classes := []string{"water", "forest", "bridge: old"}
	if class != "" && !slices.Contains(classes, class) {
		classes[1] = class
	}
	probs, features, rows := make([][]float32, n), make([][]float32, n), make([]int, n)
	deviations := make([][]float32, n)
	for i := range n {
		rows[i] = i
		for range classes {
			probs[i] = append(probs[i], data.Float32())
		}
		for range 4 {
			features[i] = append(features[i], float32(data.NormFloat64()))
		}
	}
	for i := range deviations {
		for range classes {
			deviations[i] = append(deviations[i], 0.1+data.Float32())
		}
	}
	return &acquire.Pool{
		Rows: rows, Classes: classes,
		Probs:      func(row int) []float32 { return probs[row] },
		Features:   func(row int) []float32 { return features[row] },
		Deviations: func(row int) []float32 { return deviations[row] },
		Judge:      judge,
		Labels:     func(int, int) int8 { return -1 },
		Rand:       rand.New(rand.NewPCG(seed, 0)),
	}
}

// judge is a model of three classes: each is likely where one of the numbers is large.
func judge(n int, vector func(i int) []float32) []float32 {
	out := make([]float32, 0, 3*n)
	for i := range n {
		for _, x := range vector(i)[:3] {
			out = append(out, float32(1/(1+math.Exp(-float64(x)))))
		}
	}
	return out
}

// Run checks every promise of package acquire for s. Each check is a sub-test named after the promise, and its failure
// says why the promise matters.
func Run(t *testing.T, s acquire.Strategy) {
	t.Helper()
	card := s.Card()
	pool := func(seed uint64) *acquire.Pool { return Pool(size, seed, card.Class) }
	for _, promise := range promises(t, s, pool) {
		t.Run(promise.name, func(t *testing.T) {
			if !promise.holds() {
				t.Errorf("%s breaks the promise %q, so %s", card.Name, promise.name, promise.otherwise)
			}
		})
	}
	needs := []struct {
		name   string
		need   acquire.Need
		remove func(p *acquire.Pool)
	}{
		{"asks for a model", acquire.Probs, func(p *acquire.Pool) { p.Probs = nil }},
		{"asks for features", acquire.Features, func(p *acquire.Pool) { p.Features = nil }},
		{"asks for deviations", acquire.Deviations, func(p *acquire.Pool) { p.Deviations = nil }},
		{"asks for the model itself", acquire.Judge, func(p *acquire.Pool) { p.Judge = nil }},
	}
	for _, tt := range needs {
		t.Run(tt.name, func(t *testing.T) {
			p := pool(1)
			tt.remove(p)
			_, err := acquire.Select(s, p, 3)
			if want := card.Needs.Has(tt.need); errors.Is(err, acquire.ErrNotReady) != want {
				t.Errorf("%s: got error %v; its card says that it needs this: %v", card.Name, err, want)
			}
		})
	}
}

// complete says whether picks are as many as asked for, or, where no audit takes those that cannot be judged, all but two.
func complete(picks []acquire.Pick, allButTwo bool) bool {
	audited := slices.ContainsFunc(picks, func(k acquire.Pick) bool { return strings.HasPrefix(k.Reason, "audit") })
	if allButTwo && !audited {
		return len(picks) == size-2
	}
	return len(picks) == size
}

type promise struct {
	name, otherwise string
	holds           func() bool
}

func promises(t *testing.T, s acquire.Strategy, pool func(seed uint64) *acquire.Pool) []promise {
	pick := func(p *acquire.Pool, n int) []acquire.Pick {
		picks, err := acquire.Select(s, p, n)
		if err != nil {
			t.Errorf("%s: Select: %v", s.Card().Name, err)
		}
		return picks
	}
	rows := func(p *acquire.Pool, n int) (rows []int) {
		for _, k := range pick(p, n) {
			rows = append(rows, k.Row)
		}
		return rows
	}
	return []promise{
		{"as many as asked", "the grid would stay half empty", func() bool { return len(rows(pool(1), 7)) == 7 }},
		{"no row twice", "the person would see the same image again", func() bool {
			r := rows(pool(1), 7)
			slices.Sort(r)
			return len(slices.Compact(r)) == 7
		}},
		{"only candidates", "an image that the filter hides would be shown", func() bool {
			p := pool(1)
			p.Rows = []int{3, 9, 11, 30}
			return !slices.ContainsFunc(rows(p, 3), func(r int) bool { return !slices.Contains(p.Rows, r) })
		}},
		{"repeated rows count once", "a doubled candidate would be shown twice", func() bool {
			p := pool(1)
			p.Rows = []int{3, 9, 3, 9, 9}
			return len(rows(p, 5)) == 2
		}},
		{"all when few are left", "the last images could never be labelled", func() bool { return len(rows(pool(1), 10*size)) == size }},
		{"one left", "the last image could never be labelled", func() bool {
			p := pool(1)
			p.Rows = []int{5}
			return slices.Equal(rows(p, 1), []int{5})
		}},
		{"none asked for", "an empty grid would be an error", func() bool { return len(rows(pool(1), 0)) == 0 }},
		{"never excluded", "an image set aside would come back", func() bool {
			p := pool(1)
			p.Excluded = func(row int) bool { return row%2 == 0 }
			r := rows(p, size)
			return len(r) == size/2 && !slices.ContainsFunc(r, p.Excluded)
		}},
		{"never fully labelled", "a finished image would come back", func() bool {
			p := pool(1)
			p.Labels = func(row, class int) int8 { return int8(row%2 - 1) } // even rows unknown, odd rows absent
			r := rows(p, size)
			return len(r) == size/2 && !slices.ContainsFunc(r, func(r int) bool { return r%2 == 1 })
		}},
		{"says when nothing is left", "a finished project would look broken", func() bool {
			p := pool(1)
			p.Labels = func(int, int) int8 { return 1 }
			_, err := acquire.Select(s, p, 3)
			return errors.Is(err, acquire.ErrExhausted)
		}},
		{"works without any label", "the first round would be impossible", func() bool {
			p := pool(1)
			p.Labels, p.Excluded = nil, nil
			return len(rows(p, 3)) == 3
		}},
		{"same pool and seed, same picks", "a session could not be repeated", func() bool {
			return reflect.DeepEqual(pick(pool(3), 9), pick(pool(3), 9))
		}},
		{"order of candidates does not matter", "a filter that lists rows otherwise would change the session", func() bool {
			p := pool(3)
			slices.Reverse(p.Rows)
			return slices.Equal(rows(p, 9), rows(pool(3), 9))
		}},
		{"pool unchanged", "one strategy would disturb the next", func() bool {
			p := pool(1)
			rows(p, 7)
			fresh := pool(1)
			return slices.Equal(p.Rows, fresh.Rows) && reflect.DeepEqual(p.Probs(4), fresh.Probs(4)) && p.Class == fresh.Class
		}},
		{"a reason and a number for each", "the person would not learn why an image is shown", func() bool {
			return !slices.ContainsFunc(pick(pool(1), size), func(k acquire.Pick) bool { return k.Reason == "" || math.IsNaN(k.Score) })
		}},
		{"rows without probabilities are survived", "one unreadable image would stop the loop", func() bool {
			p := pool(1)
			all, nan := p.Probs, float32(math.NaN())
			p.Probs = func(row int) []float32 {
				switch row {
				case 0:
					return nil
				case 1:
					return []float32{nan, nan, nan}
				}
				return all(row)
			}
			return complete(pick(p, size), s.Card().Needs.Has(acquire.Probs))
		}},
		{"rows without features are survived", "one image that has changed would stop the loop", func() bool {
			p := pool(1)
			all, inf := p.Features, float32(math.Inf(1))
			p.Features = func(row int) []float32 {
				switch row {
				case 0:
					return nil
				case 1:
					return []float32{1, inf, 0, 0}
				case 2:
					return make([]float32, 4)
				}
				return all(row)
			}
			return complete(pick(p, size), s.Card().Needs.Has(acquire.Features)) // zeros are a vector
		}},
		{"images that are all the same are survived", "a folder of copies could never be labelled", func() bool {
			p := pool(1)
			p.Features = func(int) []float32 { return []float32{1, 2, 3, 4} }
			p.Probs = func(int) []float32 { return []float32{0.5, 0.5, 0.5} }
			return len(rows(p, 5)) == 5 && len(rows(p, size)) == size
		}},
		{"known rows are no candidates", "a labelled image would come back", func() bool {
			p := pool(1)
			for row := range size {
				if row%2 == 1 {
					p.Known = append(p.Known, row, row)
				}
			}
			p.Labels = func(row, class int) int8 { return int8(-((row + 1) % 2)) } // odd rows absent
			r := rows(p, size)
			return len(r) == size/2 && !slices.ContainsFunc(r, func(r int) bool { return r%2 == 1 })
		}},
	}
}
