package multitask

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func saved(t *testing.T) (m *Model, d Data, file string) {
	t.Helper()
	d = problem(80, 6, 0.5, 0.2)
	o := quick
	o.Trunk, o.BatchNorm = "8,d,r", true
	m = train(t, d, o)
	file = filepath.Join(t.TempDir(), "models", "tasks.safetensors")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	return m, d, file
}

func TestSaveAndLoad(t *testing.T) {
	m, d, file := saved(t)
	back, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	a, err1 := m.Scores(t.Context(), 80, d.Features)
	b, err2 := back.Scores(t.Context(), 80, d.Features)
	if err1 != nil || err2 != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("the loaded model gives other scores: %v, %v", err1, err2)
	}
	before, _ := json.Marshal(m.Info())
	after, _ := json.Marshal(back.Info())
	if !bytes.Equal(before, after) {
		t.Errorf("info was\n%s\nand is\n%s", before, after)
	}
	if err := back.Save(file); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(left) != 1 {
		t.Errorf("left beside the model: %q", left)
	}
	d.Teacher = back // a model from a file teaches
	if g := train(t, d, quick).Info().Generation; g != 1 {
		t.Errorf("generation %d", g)
	}
}

// TestScoresFromSeveralGoroutines is for the race detector too.
func TestScoresFromSeveralGoroutines(t *testing.T) {
	m, d, _ := saved(t)
	var all [4][]float32
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() { all[i], _ = m.Scores(t.Context(), 80, d.Features) })
	}
	wait.Wait()
	for _, s := range all {
		if len(s) != 80*5 || !reflect.DeepEqual(s, all[0]) {
			t.Fatalf("%d scores, want 400 that are the same each time", len(s))
		}
	}
}

var write = flag.Bool("write", false, "write testdata/small.safetensors anew; run testdata/read.py afterwards")

// TestNumpyReadsIt opens a committed file, so that files of now can be read later, and compares the answers with those that
// numpy computes from its bytes (testdata/read.py). go test -run NumpyReads -write makes the file.
func TestNumpyReadsIt(t *testing.T) {
	const file = "testdata/small.safetensors"
	if *write {
		if err := train(t, problem(40, 6, 0.5, 0), quick).Save(file); err != nil {
			t.Fatal(err)
		}
	}
	m, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/read.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		X    [][]float32
		Want [][]float64
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	got, err := m.Scores(t.Context(), len(golden.X), func(i int) []float32 { return golden.X[i] })
	if err != nil || len(got) != 5*len(golden.Want) || len(got) == 0 {
		t.Fatalf("%d scores, %v", len(got), err)
	}
	for i, want := range golden.Want {
		for c, p := range want {
			if math.Abs(float64(got[5*i+c])-p) > 1e-5 {
				t.Errorf("row %d: category %d has %g, numpy has %g", i, c, got[5*i+c], p)
			}
		}
	}
}

func TestLoadErrors(t *testing.T) {
	_, _, good := saved(t)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) func([]byte) []byte {
		return func(b []byte) []byte {
			if len(old) != len(new) || !bytes.Contains(b, []byte(old)) {
				t.Fatalf("cannot put %q in the place of %q", new, old)
			}
			return bytes.Replace(b, []byte(old), []byte(new), 1)
		}
	}
	for _, tt := range []struct {
		name    string
		spoil   func([]byte) []byte
		damaged bool
		says    string
	}{
		{"empty", func([]byte) []byte { return nil }, true, "cut short within its first 8 bytes"},
		{"cut in the header", func(b []byte) []byte { return b[:100] }, true, "names a header of"},
		{"cut in the numbers", func(b []byte) []byte { return b[:len(b)-8] }, true, "want F32 of 4 bytes a number"},
		{"one bit", func(b []byte) []byte { b[len(b)-3] ^= 1; return b }, true, "was written with"},
		{"another file", func([]byte) []byte { return []byte("filepath,water\nimages/a.jpg,1\n") }, true, "header"},
		{"another model", change("patchwork multitask", "patchwork something"), false, "is not a model of tasks"},
		{"newer", change(`"version":"1"`, `"version":"2"`), false, "has version 2 and this program reads version 1; update patchwork"},
		{"other info", change(`\"train_images\":`, `\"train_imagos\":`), true, "unknown field \"train_imagos\""},
		{"other layers", change(`8,d,r`, `9,d,r`), true, "want [6 9]"},
		{"bad layers", change(`8,d,r`, `8,d,q`), true, `is "q"`},
	} {
		file := filepath.Join(t.TempDir(), "m.safetensors")
		if err := os.WriteFile(file, tt.spoil(bytes.Clone(whole)), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := Load(file)
		if m != nil || err == nil || errors.Is(err, ErrDamaged) != tt.damaged || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, %v; want it to say %q", tt.name, m, err, tt.says)
		}
	}
	if _, err := Load(good + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// FuzzUnpack: whatever the bytes are, reading them ends with arrays or an error.
func FuzzUnpack(f *testing.F) {
	data, err := packTensors(map[string]array{"a": {[]int{2}, []float32{1, 2}}, "b": {nil, []float32{3}}}, map[string]string{"k": "v"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		arrays, _, err := unpackTensors(data)
		for name, a := range arrays {
			size := 1
			for _, d := range a.shape {
				size *= d
			}
			if err == nil && size != len(a.values) {
				t.Errorf("%s has the shape %v and %d numbers", name, a.shape, len(a.values))
			}
		}
	})
}
