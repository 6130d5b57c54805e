package patchwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
)

// apart is the mean distance of images of different colours over that of images of the same.
func apart(points []layout.Point, kind []string) float64 {
	var sum, n [2]float64
	for i, a := range points {
		for j, b := range points[:i] {
			same := 0
			if kind[i] == kind[j] {
				same = 1
			}
			sum[same] += math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y))
			n[same]++
		}
	}
	return sum[0] / n[0] / (sum[1] / n[1])
}

func TestLayout(t *testing.T) {
	dir := photos(t, 40)
	p := embedded(t, dir)
	for _, kind := range LayoutKinds {
		m, err := p.Layout(t.Context(), LayoutOptions{Kind: kind}, nil)
		if err != nil {
			t.Fatal(kind, err)
		}
		if m.Images != 40 || !m.Moved || len(m.Points) != 40 {
			t.Errorf("%s: %v", kind, m)
		}
		if gap := apart(m.Points, kinds(p)); gap < 1.5 {
			t.Errorf("%s: images of different colours are only %.2f times as far apart as those of one", kind, gap)
		}
		low, high := float32(1), float32(-1)
		for _, at := range m.Points {
			low, high = min(low, at.X, at.Y), max(high, at.X, at.Y)
		}
		if math.Abs(float64(low)+1) > 1e-5 || math.Abs(float64(high)-1) > 1e-5 {
			t.Errorf("%s: places from %g to %g; want -1 to 1", kind, low, high)
		}
		again, err := p.Layout(t.Context(), LayoutOptions{Kind: kind}, nil)
		if err != nil || again.Moved || again.Images != 40 {
			t.Errorf("%s, read: %v, %v", kind, again, err)
		}
		for row := range m.Points {
			if m.Points[row] != again.Points[row] {
				t.Fatalf("%s: image %d was at %v and is read at %v", kind, row, m.Points[row], again.Points[row])
			}
		}
	}
	m, err := p.Layout(t.Context(), LayoutOptions{Neighbours: 5}, nil)
	if err != nil || !m.Moved || m.Kind != "umap" {
		t.Errorf("with another option: %v, %v", m, err)
	}
	var out bytes.Buffer
	if err := p.WriteLayout(&out, m); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(out.String(), "\n"); len(lines) != 42 || lines[0] != "filepath,x,y" || !strings.HasPrefix(lines[1], p.Images().At(0).ID+",") {
		t.Errorf("%d lines, of which the first are %q", len(lines), lines[:2])
	}
}

// New images are put in, and the others stay where a person remembers them; a damaged file is made again.
func TestLayoutTakesInNewImages(t *testing.T) {
	dir := photos(t, 56)
	p := embedded(t, dir)
	before, err := p.Layout(t.Context(), LayoutOptions{}, nil)
	if err != nil || before.Images != 56 {
		t.Fatal(before, err)
	}
	cells, err := p.Layout(t.Context(), LayoutOptions{Kind: "som", Width: 3, Height: 2}, nil)
	if err != nil || cells.Images != 56 {
		t.Fatal(cells, err)
	}
	for i := range 4 {
		kind := []string{"red", "green"}[i%2]
		paint(t, filepath.Join(dir, kind, fmt.Sprintf("9%02d.png", i)), kind, uint64(900+i))
	}
	if _, err := p.Rescan(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	after, err := p.Layout(t.Context(), LayoutOptions{}, nil)
	if err != nil || after.Images != 60 || !after.Moved {
		t.Fatal(after, err)
	}
	sorted, err := p.Layout(t.Context(), LayoutOptions{Kind: "som", Width: 3, Height: 2}, nil)
	if err != nil || sorted.Images != 60 || !sorted.Moved {
		t.Fatal(sorted, err)
	}
	for kind, maps := range map[string][2]*Layout{"umap": {before, after}, "som": {cells, sorted}} {
		moved, n := 0.0, 0.0
		for row, at := range maps[0].Points {
			if to := maps[1].Points[row]; at.Placed() {
				moved, n = moved+math.Hypot(float64(at.X-to.X), float64(at.Y-to.Y)), n+1
			}
		}
		if limit := map[string]float64{"umap": 0.2, "som": 0.5}[kind]; moved/n > limit { // the spiral within a cell, 0.7 wide, is laid anew; begun anew it is 0.74
			t.Errorf("%s: images moved by %.2f on average, of 2 across; want up to %g", kind, moved/n, limit)
		}
	}
	if err := os.WriteFile(filepath.Join(p.dir, "layouts", "umap.npy"), []byte("torn"), 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := p.Layout(t.Context(), LayoutOptions{}, nil)
	if err != nil || !again.Moved || again.Images != 60 {
		t.Errorf("after damage: %v, %v", again, err)
	}
}

func TestLayoutSaysWhatIsWrong(t *testing.T) {
	p := embedded(t, photos(t, 8))
	_, err := p.Layout(t.Context(), LayoutOptions{Kind: "isomap", Neighbours: 1, MinDist: -1, Perplexity: 0.5, Width: 101}, nil)
	for _, want := range []string{`Kind is "isomap"; want one of umap, t-sne, pca, som`, "Neighbours is 1", "MinDist is -1", "Perplexity is 0.5", "Width is 101"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Layout(ctx, LayoutOptions{}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, kind := range LayoutKinds {
		if m, err := p.Layout(t.Context(), LayoutOptions{Kind: kind}, nil); err != nil || m.Images != 8 {
			t.Error(kind, m, err)
		}
	}
}

// The map in a cell has a dot for each image, colours of what is known, and labels that can be taken back.
func TestLayoutAsAWidget(t *testing.T) {
	p := measured(t)
	n := &Notebook{Project: p}
	m, err := p.Layout(t.Context(), LayoutOptions{Kind: "pca"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Epochs: 2, Steps: 10}}, nil); err != nil {
		t.Fatal(err)
	}
	view, err := n.scatter(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if html := view.StaticHTML(); !strings.Contains(html, "60 images by pca") || !strings.Contains(html, "coloured by all labels") || strings.Contains(html, "<script") {
		t.Errorf("static form: %.300s", html)
	}
	table, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	scores, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	shades := map[string]widgets.Shades{}
	for _, c := range n.colorings(table, scores) {
		shades[c.Key] = c.Make()
	}
	if len(shades) != 3*2+5 {
		t.Errorf("%d colourings", len(shades))
	}
	red, _ := table.Class("red")
	labelled, scored, wrong := shades["label: red"], shades["score: red"], shades["mistake: red"]
	for row := range 60 {
		want := map[labels.Tri]byte{labels.Present: 0, labels.Absent: 1, labels.Unknown: widgets.NoShade}[table.Value(row, red)]
		if labelled.Of[row] != want {
			t.Errorf("row %d has the colour %d, want %d", row, labelled.Of[row], want)
		}
		p := float64(scores.For(table)(row)[red])
		if got := float64(scored.Of[row]) / 254; math.Abs(got-p) > 0.003 {
			t.Errorf("row %d is coloured as %.3f, scored %.3f", row, got, p)
		}
		if known := table.Value(row, red) != labels.Unknown; known != (wrong.Of[row] != widgets.NoShade) {
			t.Errorf("row %d has a mistake %d and a label: %v", row, wrong.Of[row], known)
		}
	}
	held := 0
	for row, side := range shades["side"].Of {
		if (side == 1) != table.Validation(row) {
			t.Errorf("row %d is on side %d", row, side)
		}
		held += int(side)
	}
	if held != 20 || len(shades["subset"].Groups) == 0 {
		t.Errorf("%d held out, subsets %v", held, shades["subset"].Groups)
	}
}

// The studio reads the map that is kept, also one that was laid out with other options than the usual ones, and says what makes
// features where there are none.
func TestStudioTakesTheLayoutThatIsKept(t *testing.T) {
	p := embedded(t, photos(t, 40))
	m, err := p.Layout(t.Context(), LayoutOptions{Neighbours: 7}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{Project: p}
	steps := 0
	points, err := e.Layout(t.Context(), "umap", func(string, int, int) { steps++ })
	if err != nil || !slices.Equal(points, m.flat()) || steps > 0 {
		t.Errorf("it is laid out anew: %v, %d steps", err, steps)
	}
	if kept, _ := p.keptLayout("umap", 40); kept.Options.Neighbours != 7 {
		t.Errorf("kept are %+v", kept.Options)
	}
	if points, err = e.Layout(t.Context(), "pca", func(string, int, int) { steps++ }); err != nil || len(points) != 80 {
		t.Errorf("another kind: %d numbers, %v", len(points), err)
	}
	bare := newProject(t, photos(t, 4), "red")
	if _, err := (&engine{Project: bare}).Layout(t.Context(), "umap", nil); !errors.Is(err, ErrNoFeatures) || !strings.Contains(err.Error(), "Train computes them too") {
		t.Errorf("without features: %v", err)
	}
}
