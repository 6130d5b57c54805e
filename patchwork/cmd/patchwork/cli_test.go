package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asProgram in the environment makes the test binary be the program, for tests that need real processes.
const asProgram = "PATCHWORK_TEST_AS_PROGRAM"

// manual is docs/cli.md, which tests hold to what the program does.
var manual string

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "cli.md")) // now, because tests change the folder
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	manual = string(text)
	os.Exit(m.Run())
}

// result is what one command line did.
type result struct {
	code     int
	out, err string
}

// invoke runs a command line in this process. Whatever it is, what it says on standard error must be fit to read.
func invoke(t testing.TB, args ...string) result {
	t.Helper()
	return invokeWith(t.Context(), t, args...)
}

func invokeWith(ctx context.Context, t testing.TB, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	r := result{code: run(ctx, args, &out, &errOut)}
	r.out, r.err = out.String(), errOut.String()
	checkWords(t, args, r)
	return r
}

// do is invoke for a command line that must succeed. It returns standard output.
func do(t testing.TB, args ...string) string {
	t.Helper()
	r := invoke(t, args...)
	if r.code != exitDone {
		t.Fatalf("%q: exit code %d: %s", args, r.code, r.err)
	}
	return r.out
}

// fails is invoke for a command line that must end with the code and say each of the texts on standard error, and
// nothing on standard output.
func fails(t testing.TB, code int, says []string, args ...string) {
	t.Helper()
	r := invoke(t, args...)
	if r.code != code {
		t.Errorf("%q: exit code %d, want %d: %s", args, r.code, code, r.err)
	}
	for _, text := range says {
		if !strings.Contains(r.err, text) {
			t.Errorf("%q says\n%swhich lacks %q", args, r.err, text)
		}
	}
	if r.out != "" {
		t.Errorf("%q failed and still printed %q", args, r.out)
	}
}

// jargon is what must not reach a person at the command line: stack traces, names of packages as prefixes, fields of Go
// structs, temporary files, errors of Go's own packages.
var jargon = regexp.MustCompile(`goroutine|panic|\.go:\d|(?:^|: |\n)(?:labels|runlog|agreement|imageset|features|classify|multitask|network|acquire|evaluate|decide|prevalence|calibrate|study|compute|studio|host|kernelspec): |` +
	`patchwork: patchwork: |[A-Za-z]*Options\b|strconv\.|unmarshal|: yaml: |\.tmp|%!|<nil>|context canceled`)

func checkWords(t testing.TB, args []string, r result) {
	t.Helper()
	if found := jargon.FindString(r.err); found != "" {
		t.Errorf("%q says %q on standard error, which is for programmers:\n%s", args, found, r.err)
	}
	if r.code != exitDone && !strings.HasPrefix(r.err, "patchwork: ") {
		t.Errorf("%q ended with %d and said %q; want an error that begins with the name of the program", args, r.code, r.err)
	}
}

// as decodes JSON, which must be one value and nothing else.
func as[T any](t testing.TB, text string) (v T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&v); err != nil {
		t.Fatalf("not the JSON that is wanted (%v):\n%s", err, text)
	}
	if d.More() {
		t.Errorf("more than one JSON value:\n%s", text)
	}
	return v
}

// picture writes a PNG of 24 by 24 pixels, mostly of one colour.
func picture(t testing.TB, file string, c color.RGBA, seed uint64) {
	t.Helper()
	paint(t, file, c, seed, 24)
}

// bigPicture writes one that takes a moment to decode.
func bigPicture(t testing.TB, file string) {
	t.Helper()
	paint(t, file, color.RGBA{90, 90, 90, 255}, 1, 700)
}

func paint(t testing.TB, file string, c color.RGBA, seed uint64, side int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 7))
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		v := c
		if rng.IntN(3) == 0 {
			v = color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)), uint8(rng.IntN(256)), 255}
		}
		m.SetRGBA(i%side, i/side, v)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	write(t, file, b.String())
}

var colours = map[string]color.RGBA{"green": {40, 180, 60, 255}, "red": {200, 40, 40, 255}}

// photos makes n pictures in the folders dir/photos/green and dir/photos/red: green/000.png, red/001.png, and so on.
func photos(t testing.TB, dir string, n int) {
	t.Helper()
	kinds := slices.Sorted(maps.Keys(colours))
	for i := range n {
		kind := kinds[i%2]
		picture(t, filepath.Join(dir, "photos", kind, fmt.Sprintf("%03d.png", i)), colours[kind], uint64(i))
	}
}

// write writes a file and the folders above it.
func write(t testing.TB, file, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// place makes an empty folder and works in it, as a person at a prompt does.
func place(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("PATCHWORK_ANNOTATOR", "ann")
	return dir
}

// project is place with n photos and a project "p" that has the classes green and red.
func project(t *testing.T, n int) string {
	t.Helper()
	dir := place(t)
	photos(t, dir, n)
	do(t, "init", "p", "--images", "photos", "--classes", "green,red")
	return dir
}

// trained is project with all images labelled, a quarter held out, features and a model.
func trained(t *testing.T, n int) string {
	t.Helper()
	dir := place(t)
	photos(t, dir, n)
	do(t, "init", "p", "--images", "photos", "--labels-from-folders")
	do(t, "split", "p", "--validation", "0.25", "--seed", "1")
	do(t, "embed", "p")
	do(t, "train", "p", "--epochs", "2")
	return dir
}
