package tiff

import (
	"encoding/binary"
	"fmt"
)

// predicts says whether the compression goes with a predictor; for others the field means nothing.
func (m *Image) predicts() bool {
	return m.Compression == LZW || m.Compression == Deflate || m.Compression == OldDeflate
}

// checkPredictor says whether the predictor is read with the values that there are.
func (m *Image) checkPredictor() error {
	switch m.predictor {
	case 1:
		return nil
	case 2:
		if m.Bits == 8 || m.Bits == 16 || m.Bits == 32 || m.Bits == 64 {
			return nil
		}
	case 3:
		if m.Format == Float {
			return nil
		}
	}
	return fmt.Errorf("has predictor %d for %d-bit %v values, which is not read; convert the file with gdal_translate -co PREDICTOR=1",
		m.predictor, m.Bits, m.Format)
}

// undoDifference undoes predictor 2: each value of a line was stored as the difference from the same band of the pixel
// before it, modulo its range.
func undoDifference(line []byte, bands, size int) {
	le := binary.LittleEndian
	switch size {
	case 8:
		switch {
		case bands == 1:
			sum := byte(0)
			for i, v := range line {
				sum += v
				line[i] = sum
			}
		case bands == 3:
			var r, g, b byte
			for ; len(line) >= 3; line = line[3:] {
				r, g, b = r+line[0], g+line[1], b+line[2]
				line[0], line[1], line[2] = r, g, b
			}
		default:
			for i := bands; i < len(line); i++ {
				line[i] += line[i-bands]
			}
		}
	case 16:
		for i := 2 * bands; i+2 <= len(line); i += 2 {
			le.PutUint16(line[i:], le.Uint16(line[i:])+le.Uint16(line[i-2*bands:]))
		}
	case 32:
		for i := 4 * bands; i+4 <= len(line); i += 4 {
			le.PutUint32(line[i:], le.Uint32(line[i:])+le.Uint32(line[i-4*bands:]))
		}
	case 64:
		for i := 8 * bands; i+8 <= len(line); i += 8 {
			le.PutUint64(line[i:], le.Uint64(line[i:])+le.Uint64(line[i-8*bands:]))
		}
	}
}

// undoFloat undoes predictor 3: a line holds the highest bytes of all values, then the next ones, and so on down, and
// each byte as the difference from the one so many bands before it. The result is little-endian. The scratch is as
// long as the line.
func undoFloat(line, scratch []byte, bands, size int) {
	for i := bands; i < len(line); i++ {
		line[i] += line[i-bands]
	}
	copy(scratch, line)
	n := len(line) / size
	for b := range size {
		from := scratch[(size-1-b)*n:][:n]
		for i, v := range from {
			line[i*size+b] = v
		}
	}
}
