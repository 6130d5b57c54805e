package features

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// npyHeader is the number of bytes before the data. It is fixed, so that the number of rows can grow in place; the
// format wants a multiple of 64.
const npyHeader = 128

// layout is how the rows of an npy file lie.
type layout struct {
	dims []int // of a row: [D] of a vector, [height, width, channels] of a map
	half bool  // float16 in place of float32
}

// vector is the layout of vectors of float32.
func vector(dim int) layout { return layout{dims: []int{dim}} }

// size is how many numbers a row has.
func (l layout) size() int {
	n := 1
	for _, d := range l.dims {
		n *= d
	}
	return n
}

// bytes is how many bytes a row has.
func (l layout) bytes() int {
	if l.half {
		return 2 * l.size()
	}
	return 4 * l.size()
}

// offset is where a row begins in the file.
func (l layout) offset(row int) int64 { return npyHeader + int64(row)*int64(l.bytes()) }

func (l layout) equal(o layout) bool { return l.half == o.half && slices.Equal(l.dims, o.dims) }

// String is "7×7×512 float16".
func (l layout) String() string {
	kind := "float32"
	if l.half {
		kind = "float16"
	}
	return dimensions(l.dims) + " " + kind
}

func dimensions(dims []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", "×")
}

// header makes the header of an array of so many rows in numpy's format 1.0.
func (l layout) header(rows int) []byte {
	kind := "<f4"
	if l.half {
		kind = "<f2"
	}
	shape := strings.ReplaceAll(strings.Trim(fmt.Sprint(l.dims), "[]"), " ", ", ")
	h := make([]byte, 0, npyHeader)
	h = append(h, "\x93NUMPY\x01\x00"...)
	h = binary.LittleEndian.AppendUint16(h, npyHeader-10)
	h = append(h, fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d, %s), }", kind, rows, shape)...)
	h = append(h, strings.Repeat(" ", npyHeader-1-len(h))...)
	return append(h, '\n')
}

var npyShape = regexp.MustCompile(`^\{'descr': '<f([24])', 'fortran_order': False, 'shape': \((\d+), (\d+(?:, \d+)*)\), \} *\n$`)

// decodeHeader reads what header wrote and nothing else.
func decodeHeader(h []byte) (rows int, l layout, err error) {
	if len(h) < npyHeader || string(h[:8]) != "\x93NUMPY\x01\x00" || binary.LittleEndian.Uint16(h[8:]) != npyHeader-10 {
		return 0, l, errors.New("it does not begin like a features file")
	}
	m := npyShape.FindSubmatch(h[10:npyHeader])
	if m == nil {
		return 0, l, fmt.Errorf("its header is %q", strings.TrimSpace(string(h[10:npyHeader])))
	}
	l.half = string(m[1]) == "2"
	bad := fmt.Errorf("its header says %s×%s numbers", m[2], strings.ReplaceAll(string(m[3]), ", ", "×"))
	if rows, err = strconv.Atoi(string(m[2])); err != nil {
		return 0, l, bad
	}
	most := math.MaxInt / 4 / max(rows, 1)
	for _, word := range strings.Split(string(m[3]), ", ") {
		d, err := strconv.Atoi(word)
		if err != nil || d < 1 || d > most {
			return 0, l, bad
		}
		most /= d
		l.dims = append(l.dims, d)
	}
	if most == 0 || rows > 0 && l.offset(rows) < 0 {
		return 0, l, bad
	}
	return rows, l, nil
}

// appendRow appends the little-endian bytes of a row to dst.
func (l layout) appendRow(dst []byte, x []float32) []byte {
	for _, v := range x {
		if l.half {
			dst = binary.LittleEndian.AppendUint16(dst, toHalf(v))
		} else {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
		}
	}
	return dst
}

// readRow is the reverse of appendRow. It fills dst.
func (l layout) readRow(dst []float32, block []byte) {
	if l.half {
		table := halves()
		for i := range dst {
			dst[i] = table[binary.LittleEndian.Uint16(block[2*i:])]
		}
		return
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(block[4*i:]))
	}
}

// fillNaN writes NaN to the rows from..to of f.
func (l layout) fillNaN(f *os.File, from, to int) error {
	nan := slices.Repeat([]float32{float32(math.NaN())}, l.size())
	one := l.appendRow(nil, nan)
	block := one
	for n := min(to-from, 1<<20/len(one)); len(block) < n*len(one); {
		block = append(block, one...)
	}
	for row := from; row < to; {
		n := min(to-row, len(block)/len(one))
		if _, err := f.WriteAt(block[:n*len(one)], l.offset(row)); err != nil {
			return err
		}
		row += n
	}
	return nil
}
