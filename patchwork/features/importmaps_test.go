package features

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeArray writes an npy file as numpy does.
func writeArray(t *testing.T, file, kind, fortran, shape string, values any) string {
	t.Helper()
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", kind, fortran, shape)
	b := bytes.NewBufferString("\x93NUMPY\x01\x00\x76\x00" + head + strings.Repeat(" ", 117-len(head)) + "\n")
	if err := binary.Write(b, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestImportMaps(t *testing.T) {
	a := newAlbum(t, shades(2)...)
	one := writeArray(t, a.root+"/late.npy", "<f4", "False", "2, 2, 1, 2", []float32{1, 2, 3, 4, 5, 6, 7, 8})
	two := writeArray(t, a.root+"/early.npy", "<f8", "False", "2, 1, 1, 1", []float64{9, 70000})
	s, report, err := ImportMaps(t.Context(), []string{one, two}, a.ix, ImportOptions{Dir: a.dir()})
	if err != nil {
		t.Fatal(err)
	}
	if report.Computed != 2 || !slices.Equal(s.Row(0), []float32{1, 2, 3, 4, 9}) || !slices.Equal(s.Row(1), []float32{5, 6, 7, 8, 70000}) {
		t.Errorf("%+v: %v %v", report, s.Row(0), s.Row(1))
	}
	if spec := s.Spec(); spec.Half || spec.Taps[0] != (Tap{Name: "late", Height: 2, Width: 1, Channels: 2}) || spec.Name != "late" {
		t.Errorf("spec %+v", spec)
	}
	s.Close()
	s, _, err = ImportMaps(t.Context(), []string{writeArray(t, a.root+"/half.npy", "<f2", "False", "2, 1, 1, 1", []uint16{0x3c00, 0xc000})}, a.ix, ImportOptions{Dir: a.dir()})
	if err != nil || !s.Spec().Half || s.Row(0)[0] != 1 || s.Row(1)[0] != -2 {
		t.Errorf("float16: %v, %v", s, err)
	}
	data, _ := os.ReadFile(one)
	cut := filepath.Join(a.root, "cut.npy")
	os.WriteFile(cut, data[:len(data)-1], 0o644)
	for file, says := range map[string]string{
		cut: "it is cut off",
		writeArray(t, a.root+"/flat.npy", "<f4", "False", "2, 1", []float32{1, 2}):           "it has the shape [2 1]; want four axes",
		writeArray(t, a.root+"/three.npy", "<f4", "False", "3, 1, 1, 1", []float32{1, 2, 3}): "has 3 rows and the project has 2",
		writeArray(t, a.root+"/int.npy", "<i8", "False", "2, 1, 1, 1", []int64{1, 2}):        `of type "<i8"`,
		writeArray(t, a.root+"/f.npy", "<f8", "True", "2, 1, 1, 1", []float64{1, 2}):         "Fortran order",
		a.root + "/none.npy": "no such file",
	} {
		if _, _, err := ImportMaps(t.Context(), []string{file}, a.ix, ImportOptions{Dir: a.dir()}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", file, err, says)
		}
	}
}
