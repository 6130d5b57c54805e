package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
)

// vectorFile writes an array [rows, dim] of float32 as numpy does.
func vectorFile(t *testing.T, name string, dim int, x ...float32) string {
	t.Helper()
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", len(x)/dim, dim)
	b := bytes.NewBufferString("\x93NUMPY\x01\x00\x76\x00" + head + strings.Repeat(" ", 117-len(head)) + "\n")
	if err := binary.Write(b, binary.LittleEndian, x); err != nil {
		t.Fatal(err)
	}
	write(t, name, b.String())
	return name
}

func TestImportFeatures(t *testing.T) {
	project(t, 4)
	nan := float32(math.NaN())
	file := vectorFile(t, "vectors.npy", 2, 3, 4, 0, 2, nan, 1, 5, 12)
	text := do(t, "import-features", "p", file)
	if !strings.HasPrefix(text, "vectors: 2 numbers for each image; 3 imported in ") || !strings.Contains(text, ".png: row 2 of vectors.npy has NaN or infinity") {
		t.Errorf("import-features prints\n%s", text)
	}
	text = do(t, "import-features", "p", file, "--json")
	checkFields(t, "import-features", text, `run run.kept run.copied run.computed run.took_ns run.broken run.broken[].row run.broken[].image run.broken[].reason
		extractor extractor.id extractor.name extractor.dim extractor.width extractor.height extractor.preprocessing extractor.file extractor.file_sha`)
	again := as[patchwork.EmbedReport](t, text)
	if again.Run.Kept != 3 || again.Run.Computed != 0 {
		t.Errorf("again: %+v; want all kept", again.Run)
	}
	if s := as[patchwork.Status](t, do(t, "status", "p", "--json")); s.Features == nil || s.Features.ID != again.Spec.ID || s.Features.Rows != 3 || s.Features.Dim != 2 {
		t.Errorf("status after the import: %+v; want 3 rows of %s", s.Features, again.Spec.ID)
	}
	if text := do(t, "status", "p"); !strings.Contains(text, "features: vectors, 2 numbers for each of 3 images; 1 more wait for import-features\n") {
		t.Errorf("status says\n%s", text)
	}
	similar := as[[]patchwork.Suggestion](t, do(t, "similar", "p", "photos/green/000.png", "-n", "1", "--json")) // rows by path: 0 and 1 are green
	if len(similar) != 1 || similar[0].Row != 3 {
		t.Errorf("nearest to (3,4): %+v; want row 3, (5,12), whose cosine is 0.97, and not row 1, whose is 0.8", similar)
	}
	if text := do(t, "see", "query", "p", "photos/green/000.png", "--out", "query.png"); !strings.HasPrefix(text, "vectors: ") {
		t.Errorf("the title names another extractor than the file: %s", text)
	}
	named := as[patchwork.EmbedReport](t, do(t, "import-features", "p", file, "--name", "my net", "--preprocessing", "centre crop", "--raw", "--json"))
	if s := named.Spec; !strings.HasPrefix(s.ID, "my-net-") || !strings.HasSuffix(s.ID, "-raw") || s.Preprocessing != "centre crop" {
		t.Errorf("named: %+v", s)
	}
	if back := as[patchwork.EmbedReport](t, do(t, "embed", "p", "--json")); back.Spec.Name != "the embedded extractor" || back.Run.Computed != 4 {
		t.Errorf("embed after an import: %+v; want the project's extractor", back.Spec)
	}
	fails(t, exitFailed, []string{"few.npy has 3 rows and the project has 4 images; want one row per line of images.tsv"}, "import-features", "p", vectorFile(t, "few.npy", 1, 1, 2, 3))
	fails(t, exitFailed, []string{"none.npy", "no such file"}, "import-features", "p", "none.npy")
	fails(t, exitUsage, []string{"import-features wants a project folder and an npy file; got 1 arguments"}, "import-features", "p")
}
