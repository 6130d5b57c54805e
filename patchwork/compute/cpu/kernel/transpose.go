package kernel

// Transpose writes dst[c·dstRow + r] = src[r·srcRow + c] for rows × cols elements of src; dst has rows columns.
func Transpose(dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	if rows == 0 || cols == 0 {
		return
	}
	_, _ = dst[(cols-1)*dstRow+rows-1], src[(rows-1)*srcRow+cols-1]
	transpose(active, dst, dstRow, src, srcRow, rows, cols)
}

// transposeBlock is the side of the blocks in which a large matrix is transposed: two of them lie in the first cache.
const transposeBlock = 64

func transpose(v variant, dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	if rows < 8 {
		transposePortable(dst, dstRow, src, srcRow, rows, cols)
		return
	}
	for r := 0; r < rows; r += transposeBlock {
		for c := 0; c < cols; c += transposeBlock {
			transposeOne(v, dst[c*dstRow+r:], dstRow, src[r*srcRow+c:], srcRow, min(transposeBlock, rows-r), min(transposeBlock, cols-c))
		}
	}
}

func transposePortable(dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	switch {
	case rows == 3: // colours of a picture
		a, b, c := src[:cols], src[srcRow:][:cols], src[2*srcRow:][:cols]
		at := 0
		for i, v := range a {
			d := dst[at:][:3]
			d[0], d[1], d[2] = v, b[i], c[i]
			at += dstRow
		}
		return
	case rows < 8:
		for r := range rows {
			d := dst[r:]
			at := 0
			for _, v := range src[r*srcRow:][:cols] {
				d[at] = v
				at += dstRow
			}
		}
		return
	}
	for c := range cols {
		d := dst[c*dstRow:][:rows]
		at := c
		for r := range d {
			d[r] = src[at]
			at += srcRow
		}
	}
}
