package features

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// npyHeader is the number of bytes before the data. It is fixed, so that the number of rows can grow in place; the
// format wants a multiple of 64.
const npyHeader = 128

// encodeHeader makes the header of an N×D float32 array in numpy's format 1.0.
func encodeHeader(rows, dim int) []byte {
	h := make([]byte, 0, npyHeader)
	h = append(h, "\x93NUMPY\x01\x00"...)
	h = binary.LittleEndian.AppendUint16(h, npyHeader-10)
	h = append(h, fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, dim)...)
	h = append(h, strings.Repeat(" ", npyHeader-1-len(h))...)
	return append(h, '\n')
}

var npyShape = regexp.MustCompile(`^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$`)

// decodeHeader reads what encodeHeader wrote and nothing else.
func decodeHeader(h []byte) (rows, dim int, err error) {
	if len(h) < npyHeader || string(h[:8]) != "\x93NUMPY\x01\x00" || binary.LittleEndian.Uint16(h[8:]) != npyHeader-10 {
		return 0, 0, errors.New("it does not begin like a features file")
	}
	m := npyShape.FindSubmatch(h[10:npyHeader])
	if m == nil {
		return 0, 0, fmt.Errorf("its header is %q", strings.TrimSpace(string(h[10:npyHeader])))
	}
	rows, err1 := strconv.Atoi(string(m[1]))
	dim, err2 := strconv.Atoi(string(m[2]))
	if err := errors.Join(err1, err2); err != nil || dim < 1 || rows > math.MaxInt/4/dim-npyHeader {
		return 0, 0, fmt.Errorf("its header says %s×%s numbers", m[1], m[2])
	}
	return rows, dim, nil
}

// offset is where a row begins in the file.
func offset(row, dim int) int64 { return npyHeader + int64(row)*int64(dim)*4 }

// appendFloats appends the little-endian bytes of x to dst.
func appendFloats(dst []byte, x []float32) []byte {
	for _, v := range x {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

// fillNaN writes NaN to the rows from..to of f.
func fillNaN(f *os.File, from, to, dim int) error {
	nan := make([]float32, dim)
	for i := range nan {
		nan[i] = float32(math.NaN())
	}
	one := appendFloats(nil, nan)
	block := one
	for n := min(to-from, 1<<20/len(one)); len(block) < n*len(one); {
		block = append(block, one...)
	}
	for row := from; row < to; {
		n := min(to-row, len(block)/len(one))
		if _, err := f.WriteAt(block[:n*len(one)], offset(row, dim)); err != nil {
			return err
		}
		row += n
	}
	return nil
}

// readFloats is the reverse of appendFloats.
func readFloats(block []byte) []float32 {
	x := make([]float32, len(block)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(block[4*i:]))
	}
	return x
}
