package features

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// filterBank is random filters for contrast-normalised colour patches.
//
// The filters are drawn from a normal distribution in a space in which patches of natural images are white, so that no
// direction of a patch counts more than another only because neighbouring pixels and colour channels are alike. The
// whitening is not fitted to any data: it is that of a model covariance of patch pixels a and b
//
//	C = ρ^|a−b| · κ^[channels differ]      ρ = 0.95 per pixel of distance, κ = 0.93
//
// made free of the mean, because patches are, and scaled to variance one per pixel. The columns of the bank are
//
//	F = M · (C+εI)^(−½) · G      M removes the mean, G is standard normal, ε = 0.1
//
// each scaled so that its response to a patch of the model has variance one. Each of the base filters appears in its
// eight rotations and reflections.
//
// Source: whitened random patches as filters, Coates, Lee and Ng 2011, AISTATS; random instead of learned filters on
// satellite images, Rolf et al. 2021, Nature Communications 12:4392. The model covariance stands in for one that they
// estimate from their images.
type filterBank struct {
	side, base int         // pixels of a patch's side; filters before turning
	columns    [][]float32 // base·8 filters, the eight forms of one after the other; each side·side·3, [y, x, channel]
}

const (
	bankCorrelation = 0.95
	bankColour      = 0.93
	bankRegular     = 0.1
)

func newFilterBank(side, base int, seed uint64) filterBank {
	white, model := whitening(side)
	n := side * side * 3
	rng := rand.New(rand.NewPCG(seed, 0))
	b := filterBank{side: side, base: base}
	for range base {
		g := make([]float64, n)
		for i := range g {
			g[i] = normal(rng)
		}
		f := mat.NewVecDense(n, nil)
		f.MulVec(white, mat.NewVecDense(n, g))
		centre(f)
		var cf mat.VecDense
		cf.MulVec(model, f)
		f.ScaleVec(1/math.Sqrt(mat.Dot(f, &cf)), f)
		b.columns = append(b.columns, turned(f.RawVector().Data, side)...)
	}
	return b
}

// normal draws a standard normal number by Box and Muller's formula, which any language can repeat.
func normal(rng *rand.Rand) float64 {
	u, v := rng.Float64(), rng.Float64()
	return math.Sqrt(-2*math.Log(1-u)) * math.Cos(2*math.Pi*v)
}

// whitening returns (C+εI)^(−½) and the model covariance C.
func whitening(side int) (white *mat.Dense, model *mat.SymDense) {
	n := side * side * 3
	c := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			dy, dx := i/3/side-j/3/side, i/3%side-j/3%side
			v := math.Pow(bankCorrelation, math.Hypot(float64(dy), float64(dx)))
			if i%3 != j%3 {
				v *= bankColour
			}
			c.Set(i, j, v)
		}
	}
	for i := range n { // M·C·M: rows, then columns, lose their mean
		centre(c.RowView(i).(*mat.VecDense))
	}
	for j := range n {
		centre(c.ColView(j).(*mat.VecDense))
	}
	model = mat.NewSymDense(n, nil)
	scale := float64(n) / mat.Trace(c)
	for i := range n {
		for j := i; j < n; j++ {
			model.SetSym(i, j, scale*(c.At(i, j)+c.At(j, i))/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(model, true) {
		panic("features: the model covariance has no eigenvalues") // a constant of the program, see TestWhitening
	}
	var u, scaled mat.Dense
	eig.VectorsTo(&u)
	scaled.Apply(func(_, j int, v float64) float64 { return v / math.Sqrt(eig.Values(nil)[j]+bankRegular) }, &u)
	white = mat.NewDense(n, n, nil)
	white.Mul(&scaled, u.T())
	return white, model
}

// centre subtracts the mean of a vector from its elements.
func centre(v *mat.VecDense) {
	mean := mat.Sum(v) / float64(v.Len())
	for i := range v.Len() {
		v.SetVec(i, v.AtVec(i)-mean)
	}
}

// turned returns the eight rotations and reflections of a filter: four quarter turns, then those of its mirror image.
func turned(f []float64, side int) [][]float32 {
	at := func(y, x, c int) float64 { return f[(y*side+x)*3+c] }
	last := side - 1
	forms := []func(y, x int) (int, int){
		func(y, x int) (int, int) { return y, x },
		func(y, x int) (int, int) { return x, last - y },
		func(y, x int) (int, int) { return last - y, last - x },
		func(y, x int) (int, int) { return last - x, y },
	}
	var out [][]float32
	for _, mirror := range []bool{false, true} {
		for _, form := range forms {
			g := make([]float32, 0, len(f))
			for y := range side {
				for x := range side {
					sy, sx := form(y, x)
					if mirror {
						sx = last - sx
					}
					for c := range 3 {
						g = append(g, float32(at(sy, sx, c)))
					}
				}
			}
			out = append(out, g)
		}
	}
	return out
}

// matrix is the bank as [side·side·3, base·8].
func (b filterBank) matrix() [][]float32 {
	m := make([][]float32, b.side*b.side*3)
	for i := range m {
		m[i] = make([]float32, len(b.columns))
		for k, f := range b.columns {
			m[i][k] = f[i]
		}
	}
	return m
}
