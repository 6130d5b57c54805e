package features

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npy"
)

func writeNpy(t *testing.T, file string, x any, header string) string {
	t.Helper()
	var b bytes.Buffer
	if err := npy.Write(&b, x); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	if header != "" { // npyio writes one axis; the header is padded with spaces, so there is room
		old, new, _ := strings.Cut(header, "→")
		i := bytes.Index(data, []byte(old))
		if i < 0 {
			t.Fatalf("no %q in %q", old, data[:80])
		}
		end := bytes.IndexByte(data, '\n')
		line := strings.TrimRight(strings.Replace(string(data[i:end]), old, new, 1), " ")
		copy(data[i:end], line+strings.Repeat(" ", end-i-len(line)))
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestImportNPY(t *testing.T) {
	a := newAlbum(t, shades(3)...)
	os.WriteFile(a.file(1), []byte("broken now"), 0o644)
	a.scan()
	nan := math.NaN()
	shape := func(text string) string { return "(6,)→" + text }
	c := writeNpy(t, filepath.Join(a.root, "c order.npy"), []float32{3, 4, 9, 9, 0, 2}, shape("(3, 2)"))
	f := writeNpy(t, filepath.Join(a.root, "f.npy"), []float64{3, 9, 0, 4, 9, 2}, "False, 'shape': (6,)→True, 'shape': (3, 2)")
	for _, file := range []string{c, f} {
		s, report, err := ImportNPY(context.Background(), file, a.ix, ImportOptions{Dir: a.dir()})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Row(0), []float32{0.6, 0.8}) || !slices.Equal(s.Row(2), []float32{0, 1}) || s.Has(1) || report.Computed != 2 {
			t.Errorf("%s: rows %v %v %v, report %+v; want (3,4)/5, none for the broken image, (0,1)", file, s.Row(0), s.Row(1), s.Row(2), report)
		}
		if spec := s.Spec(); spec.Preprocessing != "computed elsewhere" || spec.File != file || len(spec.FileHash) != 16 {
			t.Errorf("spec %+v", spec)
		}
		s.Close()
	}
	s, report, err := ImportNPY(context.Background(), c, a.ix, ImportOptions{Dir: a.dir(), Name: "my net"})
	if err != nil || report.Computed != 2 || !strings.HasPrefix(s.Spec().ID, "my-net-") {
		t.Errorf("named: %+v, %v", report, err)
	}
	s.Close()
	s, report, err = ImportNPY(context.Background(), c, a.ix, ImportOptions{Dir: a.dir(), Name: "my net", Raw: true})
	if err != nil || s.Row(0)[1] != 4 {
		t.Errorf("raw: %v, %v", s.Row(0), err)
	}
	s.Close()
	_, report, err = ImportNPY(context.Background(), c, a.ix, ImportOptions{Dir: a.dir()})
	if err != nil || report.Kept != 2 || report.Computed != 0 {
		t.Errorf("again: %+v, %v; want all kept", report, err)
	}

	data, _ := os.ReadFile(c)
	cut := filepath.Join(a.root, "cut.npy")
	os.WriteFile(cut, data[:len(data)-3], 0o644)
	text := filepath.Join(a.root, "text.npy")
	os.WriteFile(text, []byte("x,y\n1,2\n"), 0o644)
	odd := filepath.Join(a.root, "odd.npy")
	os.WriteFile(odd, append([]byte("\x93NUMPY\x01\x00\x10\x00"), "'shape': 'descr'"...), 0o644)
	for name, tt := range map[string]struct{ file, want string }{
		"cut off":       {cut, "cut.npy: it is cut off"},
		"no npy":        {text, "text.npy: it is no npy file"},
		"odd header":    {odd, "odd.npy: it"},
		"missing":       {a.root + "/none.npy", "no such file"},
		"too few rows":  {writeNpy(t, a.root+"/few.npy", []float32{1, 2, 3, 4}, "(4,)→(2, 2)"), "has 2 rows and the project has 3 images; want one row per line of images.tsv"},
		"one axis":      {writeNpy(t, a.root+"/axis.npy", []float32{1, 2, 3}, ""), "it has the shape [3]; want two axes"},
		"integers":      {writeNpy(t, a.root+"/int.npy", []int64{1, 2, 3}, "(3,)→(3, 1)"), `its numbers are of type "<i8"; want float32 or float64`},
		"nothing valid": {writeNpy(t, a.root+"/nan.npy", []float64{nan, 1, nan}, "(3,)→(3, 1)"), "has no usable row"},
	} {
		if _, _, err := ImportNPY(context.Background(), tt.file, a.ix, ImportOptions{Dir: a.dir()}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}
