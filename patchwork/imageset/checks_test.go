package imageset

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestScoresGolden compares with numpy; testdata/checks.py says how.
func TestScoresGolden(t *testing.T) {
	var golden map[string]struct {
		Low, High, Sharp, Entropy float64
		Perceptual, Signs         string
	}
	if err := json.Unmarshal(fixture(t, "checks.json"), &golden); err != nil || len(golden) != 6 {
		t.Fatalf("checks.json holds %d pictures (%v), want 6", len(golden), err)
	}
	large := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for y := range 300 {
		for x := range 400 {
			large.SetRGBA(x, y, color.RGBA{uint8(5*x + 3*y), uint8(x * y / 16), uint8(x + y*y/8), 255})
		}
	}
	for name, want := range golden {
		p := raster{rgb: large, orient: 1}
		if name != "large" {
			var err error
			if p, err = decodeRaster(fixture(t, name), task{}); err != nil {
				t.Fatal(err)
			}
		}
		got := p.score()
		if math.Abs(got.Low-want.Low) > 0 || math.Abs(got.High-want.High) > 0 {
			t.Errorf("%s: percentiles %g and %g, want %g and %g", name, got.Low, got.High, want.Low, want.High)
		}
		if math.Abs(got.Sharp-want.Sharp) > 1e-3*want.Sharp || math.Abs(got.Entropy-want.Entropy) > 2e-3 {
			t.Errorf("%s: sharp %g, entropy %g, want %g and %g", name, got.Sharp, got.Entropy, want.Sharp, want.Entropy)
		}
		if hash := fmt.Sprintf("%016x", got.Perceptual); hash != want.Perceptual {
			t.Errorf("%s: hash %s, want %s", name, hash, want.Perceptual)
		}
		if signs := fmt.Sprintf("%016x", got.Signs); signs != want.Signs {
			t.Errorf("%s: signs %s, want %s", name, signs, want.Signs)
		}
	}
}

func TestNearGroupsAgreeWithAllPairs(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 1))
	var hashes []uint64
	for range 150 {
		h := draw.Uint64()
		for range 1 + draw.IntN(6) {
			for range draw.IntN(8) {
				h ^= 1 << draw.IntN(64)
			}
			hashes = append(hashes, h)
		}
	}
	for most := 1; most <= maxNear; most++ {
		want := newSets(len(hashes))
		for a := range hashes {
			for b := range a {
				if bits.OnesCount64(hashes[a]^hashes[b]) <= most {
					want.join(a, b)
				}
			}
		}
		if got := nearGroups(hashes, most); !reflect.DeepEqual(got, want.groups()) {
			t.Errorf("within %d bits: %v, want %v", most, got, want.groups())
		}
	}
}

// flagged writes pictures of which each deserves one flag, and plain good ones.
func flagged(t *testing.T) (dir string, r *Reader) {
	random := rand.New(rand.NewPCG(3, 3))
	noise := func(w, h, low, span int) *image.RGBA {
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		for i := range m.Pix {
			m.Pix[i] = uint8(low + random.IntN(span))
		}
		for i := 3; i < len(m.Pix); i += 4 {
			m.Pix[i] = 255
		}
		return m
	}
	encode := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	soft := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for i := range 1600 {
		soft.SetRGBA(i%40, i/40, color.RGBA{uint8(40 + 2*(i%40) + 3*(i/40)), uint8(40 + 2*(i%40) + 3*(i/40)), uint8(5 * (i % 40)), 255})
	}
	good := noise(40, 40, 0, 256)
	near := image.NewRGBA(good.Rect)
	copy(near.Pix, good.Pix)
	near.SetRGBA(5, 5, color.RGBA{200, 200, 200, 255})
	plain := image.NewRGBA(image.Rect(0, 0, 40, 40))
	draw.Draw(plain, plain.Rect, image.NewUniform(color.RGBA{120, 120, 120, 255}), image.Point{}, draw.Src)
	dir = tree(t, map[string][]byte{
		"photos/a.png": encode(good), "photos/copy.png": encode(good), "photos/near.png": encode(near),
		"photos/dark.png": encode(noise(40, 40, 0, 60)), "photos/light.png": encode(noise(40, 40, 240, 16)),
		"photos/blurry.png": encode(soft), "photos/plain.png": encode(plain), "photos/plain2.png": encode(plain),
		"photos/large.png": encode(noise(130, 130, 0, 256)), "photos/wide.png": encode(noise(90, 20, 0, 256)),
		"photos/broken.png": encode(good)[:90],
	})
	ix, _ := scan(t, dir, nil, "../photos")
	return dir, &Reader{Root: filepath.Join(dir, "p"), Index: ix}
}

func TestFlags(t *testing.T) {
	dir, r := flagged(t)
	checks, err := r.Measure(context.Background(), CheckOptions{File: filepath.Join(dir, "p", "checks.tsv")})
	if err != nil {
		t.Fatal(err)
	}
	flags, err := checks.Flags(CheckSettings{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"a": "[]", "copy": "[duplicate near_duplicate]", "near": "[near_duplicate]", "dark": "[dark]", "light": "[light]",
		"blurry": "[blurry]", "plain": "[blurry low_information]", "plain2": "[blurry low_information duplicate]",
		"large": "[odd_size]", "wide": "[odd_aspect]", "broken": "[]",
	} {
		row, _ := r.Index.Row("../photos/" + name + ".png")
		if got := fmt.Sprint(flags.Of(row)); got != want {
			s, _ := checks.Scores(row)
			t.Errorf("%s has the flags %s, want %s; scores %+v", name, got, want, s)
		}
		for _, flag := range AllFlags() {
			if slices.Contains(flags.Rows(flag), row) != flags.Has(row, flag) {
				t.Errorf("%s: Rows and Has differ on %s", name, flag)
			}
		}
	}
	a, _ := r.Index.Row("../photos/a.png")
	if near := flags.Groups(FlagNearDuplicate); len(near) != 1 || len(near[0]) != 3 || near[0][0] != a {
		t.Errorf("the near duplicates are %v, want a, its copy and near", near)
	}
	if _, err := checks.Flags(CheckSettings{Near: 12, Dark: -1}); err == nil || !strings.Contains(err.Error(), "near_duplicate is 12; want 1 to 11") || !strings.Contains(err.Error(), "dark is -1") {
		t.Errorf("wrong settings give %v", err)
	}
	if strict, _ := checks.Flags(CheckSettings{Blurry: 1e9}); len(strict.Rows(FlagBlurry)) != 10 {
		t.Errorf("the threshold of blurry changes nothing")
	}
}

func TestMeasureGoesOnAfterACut(t *testing.T) {
	dir, r := flagged(t)
	file := filepath.Join(dir, "p", "checks.tsv")
	total := 0
	if _, err := r.Measure(context.Background(), CheckOptions{File: file, Progress: func(_, n int) { total = n }}); err != nil {
		t.Fatal(err)
	}
	if total != 8 {
		t.Errorf("%d contents were measured, want 8: copies once, the broken one not", total)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{0, 5, 30, len(checksHead), len(checksHead) + 40, len(whole) / 2, len(whole) - 1, len(whole)} {
		if err := os.WriteFile(file, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		r.Workers = 1 + cut%3
		if _, err := r.Measure(context.Background(), CheckOptions{File: file}); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(file); !bytes.Equal(got, whole) {
			t.Errorf("cut to %d bytes and measured again the file differs:\n%s\nwant\n%s", cut, got, whole)
		}
	}
	os.WriteFile(file, []byte("# patchwork checks 1\nhash\tlow\thigh\tsharp\tentropy\tperceptual\n0123\t1\t2\t3.5\t4\t00000000000000ff\n"), 0o644)
	if _, err := r.Measure(context.Background(), CheckOptions{File: file}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file); len(got) != len(whole) {
		t.Errorf("after a file of format 1 there is\n%s", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	os.Remove(file)
	if c, err := r.Measure(ctx, CheckOptions{File: file}); err != context.Canceled || c == nil {
		t.Errorf("cancelled: %v, %v", c, err)
	}
	c, err := ReadChecks(filepath.Join(dir, "none.tsv"), r.Index)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Scores(0); ok {
		t.Error("without a file there are scores")
	}
	os.WriteFile(file, []byte("hello\nworld\n"), 0o644)
	if _, err := r.Measure(context.Background(), CheckOptions{File: file}); err == nil || !strings.Contains(err.Error(), "not a file of checks") {
		t.Errorf("a file of another kind gives %v", err)
	}
	os.WriteFile(file, []byte("# patchwork checks 3\n"), 0o644)
	if _, err := ReadChecks(file, r.Index); err == nil || !strings.Contains(err.Error(), "newer patchwork") {
		t.Errorf("a newer file gives %v", err)
	}
}

// FuzzParseChecks reads whatever is given, and what it accepts is the same when written again.
func FuzzParseChecks(f *testing.F) {
	f.Add([]byte(checksHead + "0123\t1\t2\t3.5\t4\t00000000000000ff\t00000000000000fe\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		scores, whole, err := parseChecks(data, "x")
		if err == nil && (whole < 0 || whole > int64(len(data))) {
			t.Errorf("%d of %d bytes are whole", whole, len(data))
		}
		for hash, s := range scores {
			if strings.ContainsAny(hash, "\r") {
				continue
			}
			line := string(s.appendLine(nil, hash))
			if h, again, ok := parseScores(strings.TrimSuffix(line, "\n")); !ok || h != hash || again != s {
				t.Errorf("%q is read as %+v", line, again)
			}
		}
	})
}

func BenchmarkNearGroups(b *testing.B) {
	draw := rand.New(rand.NewPCG(1, 1))
	hashes := make([]uint64, 100_000)
	for i := range hashes {
		hashes[i] = draw.Uint64()
	}
	for b.Loop() {
		nearGroups(hashes, 4)
	}
}
