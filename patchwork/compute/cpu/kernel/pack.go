package kernel

// panels is how n columns are cut for tiles: full panels of tileCols columns, then one of what is left, one or two
// vectors wide. Packed, k rows of them take k·width floats: panel after panel, in each row after row.
type panels struct {
	n, cols  int // columns in all, columns of a full panel
	count    int
	width    int // columns with padding
	lastCols int // columns of the last panel
}

func panelsOf(v variant, n int) panels {
	cols := v.tileCols()
	count := (n + cols - 1) / cols
	last := n - (count-1)*cols
	return panels{n: n, cols: cols, count: count, width: (count-1)*cols + panelWidth(v, last), lastCols: last}
}

// at returns the columns in use of panel j and its columns with padding.
func (p panels) at(j int) (used, padded int) {
	if j < p.count-1 {
		return p.cols, p.cols
	}
	return p.lastCols, p.width - (p.count-1)*p.cols
}

// pack writes k rows of panel j to dst, zeros in the padding. Element (q, c) of the matrix is src[q·row + c·col].
func (p panels) pack(v variant, dst []float32, j, k int, src []float32, row, col int) {
	used, padded := p.at(j)
	src = src[j*p.cols*col:]
	if col == 1 {
		packRows(v, dst, k, used, padded, src, row)
		return
	}
	if row == 1 {
		if used < padded {
			clear(dst[:k*padded])
		}
		transpose(v, dst, padded, src, col, used, k)
		return
	}
	for q := range k {
		d := dst[q*padded:][:padded]
		for c := range used {
			d[c] = src[q*row+c*col]
		}
		clear(d[used:])
	}
}

// packRowsPortable copies k rows of used floats to rows of padded floats, zeros behind them.
func packRowsPortable(dst []float32, k, used, padded int, src []float32, row int) {
	for q := range k {
		d := dst[q*padded:][:padded]
		copy(d[:used], src[q*row:])
		clear(d[used:])
	}
}

// packColumns writes k steps of rows rows of A for a colTile: dst[q·mr + i] is src[i·row + q·step], the last row
// repeated up to mr.
func packColumns(v variant, dst []float32, mr, rows, k int, src []float32, row, step int) {
	switch {
	case k == 0:
	case row == 1:
		packSteps(v, dst, mr, rows, k, src, step)
	case rows == mr && step == 1:
		transpose(v, dst, mr, src, row, mr, k)
	default:
		for q := range k {
			d := dst[q*mr:][:mr]
			for i := range d {
				d[i] = src[min(i, rows-1)*row+q*step]
			}
		}
	}
}

// packStepsPortable is packColumns for rows that lie side by side.
func packStepsPortable(dst []float32, mr, rows, k int, src []float32, step int) {
	for q := range k {
		d := dst[q*mr:][:mr]
		n := copy(d[:rows], src[q*step:])
		for i := n; i < mr; i++ {
			d[i] = d[n-1]
		}
	}
}
