package png

import (
	"encoding/binary"
	"fmt"
)

// The filters of a line: what is added to the stored bytes, modulo 256, of the byte a pixel before, a, the byte
// above, b, and the byte above that before, c.
//
// Source: PNG specification, third edition, 9.2.
const (
	filterNone    = 0
	filterSub     = 1 // a
	filterUp      = 2 // b
	filterAverage = 3 // ⌊(a + b) / 2⌋
	filterPaeth   = 4 // of a, b and c the one nearest to a + b − c; of equally near ones the first
)

func filterError(filter byte) error {
	return fmt.Errorf("png: a line has the filter %d; want 0 to 4", filter)
}

// unfilter undoes the filter of the line src, whose first byte names it. The line above is up, and a pixel takes step
// bytes.
func unfilter(line, up, src []byte, step int) error {
	filter, src := src[0], src[1:]
	up, src = up[:len(line)], src[:len(line)]
	copy(line, src)
	switch filter {
	case filterNone:
	case filterSub:
		for i := step; i < len(line); i++ {
			line[i] += line[i-step]
		}
	case filterUp:
		i := 0
		for ; i+8 <= len(line); i += 8 {
			binary.LittleEndian.PutUint64(line[i:], addBytes(binary.LittleEndian.Uint64(src[i:]), binary.LittleEndian.Uint64(up[i:])))
		}
		for ; i < len(line); i++ {
			line[i] += up[i]
		}
	case filterAverage:
		for i := range min(step, len(line)) {
			line[i] += up[i] / 2
		}
		for i := step; i < len(line); i++ {
			line[i] += uint8((uint(line[i-step]) + uint(up[i])) / 2)
		}
	case filterPaeth:
		for i := range min(step, len(line)) {
			line[i] += up[i]
		}
		for i := step; i < len(line); i++ {
			line[i] += uint8(paeth(int(line[i-step]), int(up[i]), int(up[i-step])))
		}
	default:
		return filterError(filter)
	}
	return nil
}

// paeth is the predictor of filterPaeth, without a branch.
//
// Between the smaller of a and b, low, and the larger, high, c itself is the nearest where it lies in the inner third;
// from there upwards, and beyond high, it is low, and downwards it is high. A tie goes to low or high, which are a and b.
func paeth(a, b, c int) int {
	low, high := min(a, b), max(a, b)
	t := 3*c - (a + b)
	if t >= high {
		c = low
	}
	if t <= low {
		c = high
	}
	return c
}

// addBytes adds eight bytes to eight others, each modulo 256.
func addBytes(a, b uint64) uint64 {
	const low7 = 0x7f7f7f7f_7f7f7f7f
	return (a&low7 + b&low7) ^ (a^b)&^low7
}
