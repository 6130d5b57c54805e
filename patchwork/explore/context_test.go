package explore

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
)

// inContext is the vectors of v in the context of k neighbours.
func inContext(t *testing.T, v *Vectors, k int) (c *Context, rows [][]float32) {
	t.Helper()
	g, err := v.Graph(t.Context(), GraphOptions{K: k})
	if err != nil {
		t.Fatal(err)
	}
	if c, err = v.NewContext(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	once := make([][]float32, g.N)
	for row := range once {
		once[row] = make([]float32, v.dim)
		c.Once(once[row], row)
	}
	for row := range g.N {
		rows = append(rows, make([]float32, v.dim))
		c.Twice(rows[row], row, func(r int) []float32 { return once[r] })
	}
	return c, rows
}

func TestContextAgainstNumpy(t *testing.T) {
	data, err := os.ReadFile("testdata/context.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		K, N    int
		Rows    []int
		X       [][]float32
		Joined  [][]int32
		Context [][]float64
	}
	if err := json.Unmarshal(data, &golden); err != nil || len(golden.Rows) != golden.N-1 {
		t.Fatal(err, len(golden.Rows))
	}
	x := make([][]float32, golden.N)
	for i, row := range golden.Rows {
		x[row] = golden.X[i]
	}
	c, got := inContext(t, of(t, x), golden.K)
	for i, row := range golden.Rows {
		if !reflect.DeepEqual(c.Joined(row), golden.Joined[i]) {
			t.Errorf("row %d is joined with %v; want %v (testdata/context.py)", row, c.Joined(row), golden.Joined[i])
		}
		for k, want := range golden.Context[i] {
			if d := math.Abs(float64(got[row][k]) - want); !(d < 1e-6) {
				t.Errorf("row %d: %v; want %v (testdata/context.py)", row, got[row], golden.Context[i])
				break
			}
		}
	}
	if len(c.Joined(6)) != 0 || got[6][0] == got[6][0] {
		t.Errorf("a row without a vector is joined with %v and has the context %v; want none, and NaN", c.Joined(6), got[6])
	}
}

// With one neighbour each, of three pairs far apart, all of a pair are drawn to the middle of the pair.
func TestContextOfPairs(t *testing.T) {
	x := [][]float32{{1, 0.1, 0}, {1, -0.1, 0}, {0, 1, 0.1}, {0, 1, -0.1}, {0.1, 0, 1}, {-0.1, 0, 1}}
	v := of(t, x)
	_, got := inContext(t, v, 1)
	for pair := 0; pair < 6; pair += 2 {
		before, after := 0.0, 0.0
		for k := range 3 {
			before += math.Pow(float64(x[pair][k]-x[pair+1][k]), 2)
			after += math.Pow(float64(got[pair][k]-got[pair+1][k]), 2)
		}
		if after >= before {
			t.Errorf("rows %d and %d: squared distance %.4f in their context and %.4f without", pair, pair+1, after, before)
		}
	}
}

// Neither what a vector is multiplied by in all rows, nor where all of them are, may be seen.
func TestContextHasNoScale(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	x, larger := make([][]float32, 50), make([][]float32, 50)
	for row := range x {
		for range 6 {
			x[row] = append(x[row], float32(r.NormFloat64()))
			larger[row] = append(larger[row], 8*x[row][len(x[row])-1])
		}
	}
	_, a := inContext(t, of(t, x), 5)
	_, b := inContext(t, of(t, larger), 5)
	for row := range a {
		for k := range a[row] {
			if math.Abs(float64(a[row][k]-b[row][k])) > 1e-6 {
				t.Fatalf("row %d is %v, and %v when all are eight times as long", row, a[row], b[row])
			}
		}
	}
}

func TestContextRefuses(t *testing.T) {
	v := of(t, [][]float32{{1, 0}, {0, 1}})
	if _, err := v.NewContext(t.Context(), &Graph{N: 3, K: 1}); err == nil || !strings.Contains(err.Error(), "3 rows and there are 2 vectors") {
		t.Errorf("another graph: %v", err)
	}
	g, err := v.Graph(t.Context(), GraphOptions{K: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.NewContext(ctx, g); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// What draws a row is s of what it is in context, and a vector that is no row is drawn as a row of that place with the same neighbours.
func TestPull(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	x := make([][]float32, 40)
	for row := range x {
		x[row] = make([]float32, 6)
		for k := range x[row] {
			x[row][k] = float32(r.NormFloat64() + 1)
		}
	}
	c, drawn := inContext(t, of(t, x), 5)
	for row := range x {
		pull := c.Pull(row)
		sum, length := make([]float64, 6), 0.0
		for k, v := range x[row] {
			sum[k] = (float64(v)-c.Mean()[k])*c.scale[row] + float64(pull[k])
			length += float64(pull[k]) * float64(pull[k])
		}
		unit(sum)
		for k := range sum {
			if math.Abs(sum[k]-float64(drawn[row][k])) > 1e-6 || math.Abs(math.Sqrt(length)-1) > 1e-6 {
				t.Fatalf("row %d: %v from its pull of length %g; want %v", row, sum, math.Sqrt(length), drawn[row])
			}
		}
		var near []int
		for _, j := range c.Joined(row) {
			if int(j) != row {
				near = append(near, int(j))
			}
		}
		for k, v := range c.PullOf(x[row], near) {
			if math.Abs(float64(v-pull[k])) > 1e-6 {
				t.Fatalf("row %d: as a vector from elsewhere it is drawn by %g in place %d; want %g", row, v, k, pull[k])
			}
		}
	}
}
