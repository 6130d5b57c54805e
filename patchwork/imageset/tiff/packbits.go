package tiff

// unpackBits unpacks PackBits data into dst and returns how many bytes it got.
//
// Source: TIFF 6.0, section 9.
func unpackBits(dst, src []byte) int {
	n := 0
	for n < len(dst) && len(src) > 1 {
		switch k := int(int8(src[0])); {
		case k >= 0:
			got := copy(dst[n:], src[1:min(k+2, len(src))])
			n += got
			src = src[min(k+2, len(src)):]
		case k == -128:
			src = src[1:]
		default:
			run := dst[n:min(n+1-k, len(dst))]
			for i := range run {
				run[i] = src[1]
			}
			n += len(run)
			src = src[2:]
		}
	}
	return n
}
