package kernel

// transposeOne transposes a block: whole blocks of 8 by 8 in assembly, the edges in Go.
func transposeOne(v variant, dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	r, c := rows&^7, cols&^7
	if v == portable || r == 0 || c == 0 {
		transposePortable(dst, dstRow, src, srcRow, rows, cols)
		return
	}
	_, _ = dst[(cols-1)*dstRow+rows-1], src[(rows-1)*srcRow+cols-1]
	transpose8AVX2(r/8, c/8, &src[0], 4*srcRow, &dst[0], 4*dstRow)
	if c < cols {
		transposePortable(dst[c*dstRow:], dstRow, src[c:], srcRow, r, cols-c)
	}
	if r < rows {
		transposePortable(dst[r:], dstRow, src[r*srcRow:], srcRow, rows-r, cols)
	}
}
