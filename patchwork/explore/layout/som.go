package layout

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// SOMOptions configures SOM. The zero value is a good default.
type SOMOptions struct {
	Width, Height int     // cells; 0 means 10
	Rounds        int     // 0 means 20
	Radius        float64 // cells over which a vector is felt at first; 0 means half of the longer side, or 1 with Start

	// Start is the cell that each vector had in an earlier map of this size, -1 for one that is new: the cells begin as the means of these,
	// felt in the next cells too, and the rounds are a third. Nil starts anew.
	Start []int

	Progress func(done, total int) // called after each round, if it is there
}

func (o SOMOptions) check() error {
	var errs []error
	if o.Width < 0 || o.Height < 0 || or(o.Width, 10)*or(o.Height, 10) > 10_000 {
		errs = append(errs, fmt.Errorf("layout.SOMOptions: %d × %d cells; want 1 or more each way and at most 10,000, or 0 for 10", o.Width, o.Height))
	}
	if o.Rounds < 0 {
		errs = append(errs, fmt.Errorf("layout.SOMOptions: Rounds is %d; want 1 or more, or 0 for the default", o.Rounds))
	}
	if !(o.Radius >= 0) {
		errs = append(errs, fmt.Errorf("layout.SOMOptions: Radius is %g; want a positive number of cells, or 0 for the default", o.Radius))
	}
	return errors.Join(errs...)
}

// Cells is a self-organising map: a vector for each cell of a grid, like those of the cells around it.
type Cells struct {
	Width, Height, Dim int
	Vectors            []float32 // [height, width, dim]
}

// SOM sorts v into the cells of a grid. It begins on the plane of the first two principal components, or with Start where vectors were; in each round every
// vector goes to the cell that is most like it, and every cell becomes the mean of all vectors, weighted by how near their
// cells are:
//
//	w_u = Σ_i h(u, u_i)·x_i / Σ_i h(u, u_i)     h = exp(-d²/(2r²)), d in cells; r falls from Radius to 0.5
//
// Source: the batch map of Kohonen 2001, section 3.6. Nothing is drawn at random and no order of the images matters.
// Time: rounds · n · cells · dim.
//
// Errors: no vectors; a vector with NaN or an infinity; a Start of another length, or with a cell that there is none; ctx is done.
func SOM(ctx context.Context, v Vectors, o SOMOptions) (*Cells, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if v.N == 0 {
		return nil, errors.New("layout: no vectors to sort; compute features first")
	}
	pca, err := PCA(ctx, v, 2)
	if err != nil {
		return nil, err
	}
	m := &Cells{Width: or(o.Width, 10), Height: or(o.Height, 10), Dim: v.Dim}
	m.Vectors = kernel.Floats(m.Width * m.Height * m.Dim)
	m.unroll(pca)
	rounds, radius := 20, float64(max(m.Width, m.Height))/2
	if o.Start != nil {
		for i, cell := range o.Start {
			if len(o.Start) != v.N || cell < -1 || cell >= m.Width*m.Height {
				return nil, fmt.Errorf("layout.SOMOptions: Start has %d cells for %d vectors, and %d for vector %d; want one of %d for each, or -1", len(o.Start), v.N, cell, i, m.Width*m.Height)
			}
		}
		rounds, radius = rounds/3, 1
		m.follow(v, o.Start, radius)
	}
	rounds, radius = or(o.Rounds, rounds), max(0.5, or(o.Radius, radius))
	for round := range rounds {
		cells, _, err := m.Place(ctx, v)
		if err != nil {
			return nil, err
		}
		share := 1.0
		if rounds > 1 {
			share = float64(round) / float64(rounds-1)
		}
		m.follow(v, cells, radius*math.Pow(0.5/radius, share))
		if o.Progress != nil {
			o.Progress(round+1, rounds)
		}
	}
	return m, nil
}

// unroll lays the cells over two deviations each way of the plane of c.
func (m *Cells) unroll(c *Components) {
	along := func(i, n int) float64 {
		if n == 1 {
			return 0
		}
		return 4*float64(i)/float64(n-1) - 2
	}
	for y := range m.Height {
		for x := range m.Width {
			at := m.Vectors[(y*m.Width+x)*m.Dim:][:m.Dim]
			for d := range at {
				value := c.Mean[d]
				for j, steps := range [2]float64{along(x, m.Width), along(y, m.Height)} {
					if j < len(c.Axes) {
						value += steps * math.Sqrt(c.Variance[j]) * c.Axes[j][d]
					}
				}
				at[d] = float32(value)
			}
		}
	}
}

// Place finds the cell whose vector is nearest to each of v, and the distance; of equal ones the first. The cell at x, y has the number y·Width + x.
//
// Errors: vectors of another length than those of SOM; ctx is done.
func (m *Cells) Place(ctx context.Context, v Vectors) (cells []int, distance []float64, err error) {
	if v.Dim != m.Dim {
		return nil, nil, fmt.Errorf("layout: vectors of %d numbers; the cells are of %d", v.Dim, m.Dim)
	}
	n := m.Width * m.Height
	half := make([]float32, n) // half of the squared length of each cell's vector
	for u := range half {
		s := 0.0
		for _, w := range m.Vectors[u*m.Dim:][:m.Dim] {
			s += float64(w) * float64(w)
		}
		half[u] = float32(s / 2)
	}
	cells, distance = make([]int, v.N), make([]float64, v.N)
	fill := func(i int, dst []float32) bool {
		copy(dst, v.At(i))
		return true
	}
	err = dots.Each(ctx, m.Vectors, n, m.Dim, v.N, fill, func() func(int, []float32) {
		return func(i int, products []float32) {
			best := 0
			for u, p := range products {
				if half[u]-p < half[best]-products[best] {
					best = u
				}
			}
			s := 0.0
			for d, x := range v.At(i) {
				gap := float64(x) - float64(m.Vectors[best*m.Dim+d])
				s += gap * gap
			}
			cells[i], distance[i] = best, math.Sqrt(s)
		}
	})
	return cells, distance, err
}

// follow makes each cell the weighted mean of the vectors that have a cell. A cell that none is near, within what a float32 can say, keeps its vector.
func (m *Cells) follow(v Vectors, cells []int, radius float64) {
	n := m.Width * m.Height
	sums, counts := make([]float64, n*m.Dim), make([]float64, n)
	for i, u := range cells {
		if u < 0 {
			continue
		}
		counts[u]++
		at := sums[u*m.Dim:][:m.Dim]
		for d, x := range v.At(i) {
			at[d] += float64(x)
		}
	}
	felt := make([]float64, max(m.Width, m.Height)) // by distance along one side
	for d := range felt {
		felt[d] = math.Exp(-float64(d*d) / (2 * radius * radius))
	}
	_ = inBlocks(context.Background(), n, func(from, to int) {
		sum := make([]float64, m.Dim)
		for u := from; u < to; u++ {
			clear(sum)
			total := 0.0
			for o, count := range counts {
				h := felt[abs(u%m.Width-o%m.Width)] * felt[abs(u/m.Width-o/m.Width)]
				if count == 0 || h < 1e-12 {
					continue
				}
				total += h * count
				for d, s := range sums[o*m.Dim:][:m.Dim] {
					sum[d] += h * s
				}
			}
			if total < 1e-9 {
				continue
			}
			for d, s := range sum {
				m.Vectors[u*m.Dim+d] = float32(s / total)
			}
		}
	})
}

func abs(a int) int { return max(a, -a) }
