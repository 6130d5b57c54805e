package kernel

// Finish is what becomes of the sums of a convolution or product before they are written: a bias for every channel (column)
// is added, and the result is at least Limits[0] and at most Limits[1]. NaN stays.
type Finish struct {
	Bias   []float32
	Limits [2]float32
}
