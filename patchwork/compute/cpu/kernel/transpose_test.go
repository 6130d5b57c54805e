package kernel

import "testing"

func TestTranspose(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(2)
		for _, s := range [][3]int{{1, 1, 1}, {1, 3, 5}, {2, 8, 8}, {3, 16, 9}, {1, 70, 133}, {1, 200, 64}, {5, 65, 8}, {0, 2, 2}, {1, 0, 3}} {
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
			p := NewPool(2)
			BatchTranspose(p, got, x, batch, rows, cols)
			p.Close()
			equalOrNaN(t, "transpose", got, want)
		}
	})
}

func TestGatherRows(t *testing.T) {
	src := []int32{0, 1, 10, 11, 20, 21}
	got := make([]int32, 8)
	GatherRows(nil, got, src, 2, []int32{2, 0, 0, 1})
	for i, want := range []int32{20, 21, 0, 1, 0, 1, 10, 11} {
		if got[i] != want {
			t.Fatalf("got %v", got)
		}
	}
}
