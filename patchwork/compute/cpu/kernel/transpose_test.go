package kernel

import "testing"

func TestTranspose(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(2)
		for _, s := range [][3]int{{1, 1, 1}, {1, 3, 5}, {2, 8, 8}, {3, 16, 9}, {1, 70, 133}, {1, 200, 64}, {5, 65, 8}, {2, 3, 77}, {0, 2, 2}, {1, 0, 3}} {
			batch, rows, cols := s[0], s[1], s[2]
			x, got := normals(r, batch*rows*cols), normals(r, batch*rows*cols)
			want := make([]float32, len(x))
			for b := range batch {
				for i := range rows {
					for j := range cols {
						want[(b*cols+j)*rows+i] = x[(b*rows+i)*cols+j]
					}
				}
			}
			for b := range batch {
				Transpose(got[b*rows*cols:], rows, x[b*rows*cols:], cols, rows, cols)
			}
			equalOrNaN(t, "transpose", got, want)
		}
	})
}
