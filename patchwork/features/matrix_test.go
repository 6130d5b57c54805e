package features

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestMatrixInBlocks: rows are the same however many are read at a time, in every form that numpy writes.
func TestMatrixInBlocks(t *testing.T) {
	const rows, dim = 7, 3
	value := func(row, d int) float32 { return float32(10*row+d) / 4 }
	for _, form := range []struct {
		version  byte
		kind     string
		fortran  bool
		pageSize int
	}{{1, "<f4", false, 24}, {1, ">f4", false, 25}, {2, "<f8", false, 1}, {1, "<f8", true, 48}, {2, ">f4", true, 36}, {1, "<f4", true, 1 << 20}} {
		order := map[byte]binary.AppendByteOrder{'<': binary.LittleEndian, '>': binary.BigEndian}[form.kind[0]]
		header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }\n", form.kind, map[bool]string{true: "True", false: "False"}[form.fortran], rows, dim)
		text := append([]byte("\x93NUMPY"), form.version, 0)
		if form.version == 1 {
			text = binary.LittleEndian.AppendUint16(text, uint16(len(header)))
		} else {
			text = binary.LittleEndian.AppendUint32(text, uint32(len(header)))
		}
		data := bytes.NewBuffer(append(text, header...))
		for i := range rows * dim {
			row, d := i/dim, i%dim
			if form.fortran {
				row, d = i%rows, i/rows
			}
			if form.kind[2] == '4' {
				data.Write(order.AppendUint32(nil, math.Float32bits(value(row, d))))
			} else {
				data.Write(order.AppendUint64(nil, math.Float64bits(float64(value(row, d)))))
			}
		}
		file := filepath.Join(t.TempDir(), "x.npy")
		if err := os.WriteFile(file, data.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := readMatrix(file)
		if err != nil {
			t.Errorf("%+v: %v", form, err)
			continue
		}
		m.most = form.pageSize
		for _, row := range []int{0, 1, 2, 3, 4, 5, 6, 2, 0} {
			got, err := m.row(row)
			if want := []float32{value(row, 0), value(row, 1), value(row, 2)}; err != nil || !slices.Equal(got, want) {
				t.Errorf("%+v, row %d: %v, %v; want %v", form, row, got, err, want)
			}
		}
		m.file.Close()
	}
}
