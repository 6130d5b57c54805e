package agreement

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// coincidences of units given as ratings by value, -1 for none: ratings[person][unit].
func coincidences(ratings [][]int, values int) [][]float64 {
	o := square(values)
	for unit := range ratings[0] {
		counts := make([]int, values)
		for _, of := range ratings {
			if of[unit] >= 0 {
				counts[of[unit]]++
			}
		}
		coincide(o, counts, 1)
	}
	return o
}

func TestPublishedExamples(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		got, want    float64
	}{{
		name: "alpha, two people, binary", source: "Krippendorff 2011, section A",
		got: Alpha(coincidences([][]int{{0, 1, 0, 0, 0, 0, 0, 0, 1, 0}, {1, 1, 1, 0, 0, 1, 0, 0, 0, 0}}, 2)), want: 0.095,
	}, {
		name: "alpha, four people, five values, missing ones", source: "Krippendorff 2011, section C",
		got: Alpha(coincidences([][]int{
			{1, 2, 3, 3, 2, 1, 4, 1, 2, -1, -1, -1}, {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, -1, -1},
			{-1, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3}, {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, -1},
		}, 6)), want: 0.743,
	}, {
		name: "alpha of a coincidence matrix", source: "by hand: 1 - 19·4/(14·6)",
		got: Alpha([][]float64{{10, 4}, {4, 2}}), want: 1 - 19.0*4/(14*6),
	}, {
		name: "Fleiss, 10 images, 14 people, 5 values", source: "the worked example of the Wikipedia article on Fleiss' kappa; statsmodels gives the same",
		got: Fleiss([][]int{{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0}, {2, 2, 8, 1, 1}, {7, 7, 0, 0, 0},
			{3, 2, 6, 3, 0}, {2, 5, 3, 2, 2}, {6, 5, 2, 1, 0}, {0, 2, 2, 3, 7}}, nil), want: 0.210,
	}, {
		name: "Cohen", source: "by hand: p_o = 0.7, p_e = 0.5", got: Cohen([][]float64{{20, 5}, {10, 15}}), want: 0.4,
	}, {
		name: "Cohen, one always says the same", source: "by hand: p_o = p_e", got: Cohen([][]float64{{0, 0}, {3, 7}}), want: 0,
	}, {
		name: "Cohen, both always say the same", source: "0/0", got: Cohen([][]float64{{0, 0}, {0, 7}}), want: math.NaN(),
	}, {
		name: "Cohen of nothing", source: "0/0", got: Cohen(square(2)), want: math.NaN(),
	}, {
		name: "Fleiss of nothing", source: "0/0", got: Fleiss(nil, nil), want: math.NaN(),
	}, {
		name: "Fleiss, one value", source: "0/0", got: Fleiss([][]int{{0, 3}, {0, 3}}, nil), want: math.NaN(),
	}, {
		name: "Fleiss, weights are images", source: "the same images written twice",
		got: Fleiss([][]int{{1, 2}, {3, 0}}, []float64{2, 1}), want: Fleiss([][]int{{1, 2}, {1, 2}, {3, 0}}, nil),
	}, {
		name: "alpha of nothing", source: "0/0", got: Alpha(square(2)), want: math.NaN(),
	}, {
		name: "alpha, single ratings", source: "they pair with nothing", got: Alpha(coincidences([][]int{{0, 1, -1}, {-1, -1, 1}}, 2)), want: math.NaN(),
	}} {
		t.Run(tt.name, func(t *testing.T) { near(t, tt.source+": the coefficient", tt.got, tt.want, 5e-4) })
	}
}

// TestGolden sends ratings through journals and compares every figure with those of testdata/golden.py.
func TestGolden(t *testing.T) {
	f, err := os.Open("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var want struct {
			Name          string
			Ratings       [][]int
			Alpha         *float64
			Agreement     *float64
			Fleiss        *float64
			FleissRatings int `json:"fleiss_ratings"`
			FleissLeftOut int `json:"fleiss_left_out"`
			Cohen         []*float64
			AlphaInterval []float64 `json:"alpha_interval"`
			CohenInterval []float64 `json:"cohen_interval"`
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		t.Run(want.Name, func(t *testing.T) {
			p := newProject(t, len(want.Ratings[0]), "water")
			p.rate("water", want.Ratings)
			c := p.measure(Options{Replicates: 20000}).Classes[0]
			number := func(x *float64) float64 {
				if x == nil {
					return math.NaN()
				}
				return *x
			}
			near(t, "alpha", c.Alpha.Value, number(want.Alpha), 1e-9)
			near(t, "agreement", c.Agreement.Value, number(want.Agreement), 1e-9)
			near(t, "Fleiss' kappa", c.Fleiss.Kappa.Value, number(want.Fleiss), 1e-9)
			if c.Fleiss.Ratings != want.FleissRatings || c.Fleiss.LeftOut != want.FleissLeftOut {
				t.Errorf("Fleiss of %d labels each leaves out %d, want %d and %d", c.Fleiss.Ratings, c.Fleiss.LeftOut, want.FleissRatings, want.FleissLeftOut)
			}
			for i, pair := range c.Pairs {
				near(t, "Cohen's kappa of "+pair.Names[0]+" and "+pair.Names[1], pair.Kappa.Value, number(want.Cohen[i]), 1e-9)
				if math.IsNaN(pair.Kappa.Value) != (pair.Kappa.Reason != "") {
					t.Errorf("kappa is %v and the reason is %q", pair.Kappa.Value, pair.Kappa.Reason)
				}
			}
			if want.AlphaInterval != nil { // 20,000 draws on both sides: the ends are known to about 0.005
				near(t, "low end of alpha", c.Alpha.Low, want.AlphaInterval[0], 0.02)
				near(t, "high end of alpha", c.Alpha.High, want.AlphaInterval[1], 0.02)
				near(t, "low end of kappa", c.Pairs[0].Kappa.Low, want.CohenInterval[0], 0.02)
				near(t, "high end of kappa", c.Pairs[0].Kappa.High, want.CohenInterval[1], 0.02)
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
