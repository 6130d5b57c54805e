package patchwork

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// untrained writes a small network with its first weights.
func untrained(t *testing.T) string {
	t.Helper()
	o := backbone.Options{Width: 0.125}
	net, err := backbone.New("resnet-tiny", o)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	defer store.Finalize()
	dir := filepath.Join(t.TempDir(), "aerial")
	backend, err := compute.Backend()
	if err == nil {
		err = backbone.Make(net, store, "/net")
	}
	if err == nil {
		err = store.InitializeVariables(backend, nil)
	}
	if err == nil {
		err = backbone.Save(dir, store, "/net", backbone.Saved{Name: "resnet-tiny", Options: o, Width: 32, Height: 32})
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// seenProject is a project with labels by folder and features of an untrained network.
func seenProject(t *testing.T, n int) *Project {
	t.Helper()
	p := newProject(t, photos(t, n))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{Extractor: untrained(t)}, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

// readable holds that a figure can be written, in rows that are full, with all images decodable.
func readable(t *testing.T, f Figure) {
	t.Helper()
	if f.Title == "" || len(f.Images) == 0 || f.Columns < 1 {
		t.Errorf("the figure %q has %d images in %d columns", f.Title, len(f.Images), f.Columns)
	}
	file := filepath.Join(t.TempDir(), "sub", "figure.png")
	if err := f.Write(file, true); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil || m.Bounds().Dx() < min(f.Columns, len(f.Images))*f.side {
		t.Errorf("the figure %q is %v (%v)", f.Title, m.Bounds(), err)
	}
	if html := f.StaticHTML(); strings.Contains(html, "<i>") {
		t.Errorf("an image of %q cannot be shown: %.200s", f.Title, html)
	}
}

func TestKernelsAndMaps(t *testing.T) {
	p := seenProject(t, 12)
	n, err := p.NetworkFile()
	if err != nil {
		t.Fatal(err)
	}
	k, err := Kernels(n, 6)
	if err != nil || k.Count != 8 || k.Shown != 6 || len(k.Images) != 6 || k.Width != 4 || k.Title != "aerial: 8 kernels of 4 × 4 pixels and 3 channels (stem/conv/kernel), the first 6" {
		t.Fatalf("%+v, %v", k, err)
	}
	readable(t, k.Figure)
	a, err := Activations(t.Context(), n, p.Album(3), ActivationOptions{})
	if err != nil || a.Channels != 8 || a.Shown != 8 || len(a.Images) != 9 || a.Width != 8 || a.Image != p.Images().At(3).ID || !strings.Contains(a.Title, "of the first map, 8 × 8") {
		t.Fatalf("%+v, %v", a.Title, err)
	}
	readable(t, a.Figure)
	if last, err := Activations(t.Context(), n, p.Album(3), ActivationOptions{Map: "last", Most: 5}); err != nil || last.Shown != 5 || last.Channels != 32 || last.Width != 2 {
		t.Errorf("of the last map: %+v, %v", last, err)
	}
	r, err := Projection(t.Context(), n, p.Album(0, 1, 5), ProjectionOptions{})
	if err != nil || r.Width != 14 || r.Side != 224 || len(r.Images) != 9 || len(r.Names) != 3 || len(r.Shares) != 3 || r.Shares[0] < r.Shares[1] {
		t.Fatalf("%+v, %v", r.Title, err)
	}
	readable(t, r.Figure)
	if r, err = Projection(t.Context(), n, p.Album(), ProjectionOptions{Side: 64}); err != nil || r.Width != 4 || len(r.Names) != 8 {
		t.Errorf("at 64 pixels: %d places, %d images, %v", r.Width, len(r.Names), err)
	}
	if err := k.Write("figure.jpg", false); err == nil || !strings.Contains(err.Error(), "does not end in .png") {
		t.Errorf("as a JPEG: %v", err)
	}
	bare := newProject(t, photos(t, 2))
	if _, err := bare.NetworkFile(); err == nil || !strings.Contains(err.Error(), "embedded one, which is no network") {
		t.Errorf("of the embedded extractor: %v", err)
	}
}

func TestAlbums(t *testing.T) {
	dir := photos(t, 20)
	a, err := OpenAlbum(t.Context(), []string{dir}, 3)
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := a.read(t.Context(), 24, 16)
	if err != nil || len(pictures) != 3 || pictures[0].Image.W != 24 || pictures[0].Image.H != 16 {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	if got := evenly([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4); !slices.Equal(got, []int{0, 2, 5, 7}) {
		t.Errorf("four of ten, evenly: %v", got)
	}
	if _, err := OpenAlbum(t.Context(), []string{t.TempDir()}, 0); err == nil {
		t.Error("an empty folder is an album")
	}
	p := newProject(t, dir)
	if _, err := p.AlbumOf([]string{"nobody.png"}, 0); err == nil || !strings.Contains(err.Error(), `no image "nobody.png"`) {
		t.Error(err)
	}
	if all, err := p.AlbumOf(nil, 0); err != nil || len(all.rows) != 8 {
		t.Errorf("%d rows, %v", len(all.rows), err)
	}
}

// By the embedded extractor red and green are told apart, so all neighbours agree; by chance half would. What is not labelled is left out, or unknown.
func TestQuery(t *testing.T) {
	p := embedded(t, photos(t, 24))
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := p.Query(ctx, QueryOptions{K: 5})
	if err != nil || len(r.Queries) != 2 || r.Known != 10 || r.Agree != 10 || r.Share != 1 || math.Abs(r.Chance-11./23) > 1e-9 {
		t.Fatalf("%+v, %v", r, err)
	}
	if want := "the embedded extractor: nearest neighbours, of which 10 of 10 (1.00) have a label of their query; by chance 0.48"; r.Title != want {
		t.Errorf("the title is %q, want %q", r.Title, want)
	}
	readable(t, r.Figure)
	similar, err := p.Similar(ctx, SimilarOptions{Images: []string{r.Queries[1].Image}, N: 5, Labelled: true, Filter: labels.Filter{Status: labels.AnyStatus}})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range r.Queries[1].Neighbours {
		if n.Row != similar[i].Row || math.Abs(n.Cosine-similar[i].Score) > 1e-6 {
			t.Errorf("neighbour %d is row %d (%.4f), and Similar says row %d (%.4f)", i, n.Row, n.Cosine, similar[i].Row, similar[i].Score)
		}
	}
	one := r.Queries[0]
	wrong := one.Neighbours[0].Row
	if one.Classes[0] != "red" {
		t.Fatalf("the first query is of %v", one.Classes)
	}
	say(t, p, wrong, 0)
	again, err := p.Query(ctx, QueryOptions{K: 5, Classes: one.Classes})
	if err != nil || len(again.Queries) != 1 || again.Agree != 4 || again.Known != 5 || again.Queries[0].Neighbours[0].Agrees != labels.Absent {
		t.Errorf("after a neighbour was labelled otherwise: %+v, %v", again, err)
	}
	named, err := p.Query(ctx, QueryOptions{Images: []string{p.Images().At(3).ID}, K: 2})
	if err != nil || len(named.Queries) != 1 || named.Queries[0].Row != 3 || len(named.Queries[0].Classes) != 1 {
		t.Errorf("by an image: %+v, %v", named, err)
	}
	for says, o := range map[string]QueryOptions{`no class "blue"; it has`: {Classes: []string{"blue"}}, "K is -1": {K: -1}, `no image "x"`: {Images: []string{"x"}}} {
		if _, err := p.Query(ctx, o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
	}
	unlabelled := embedded(t, photos(t, 6))
	if _, err := unlabelled.Query(ctx, QueryOptions{}); err == nil || !strings.Contains(err.Error(), "no image with features in which one of 2 classes is present") {
		t.Error(err)
	}
	some, err := unlabelled.Query(ctx, QueryOptions{Images: []string{unlabelled.Images().At(0).ID}})
	if err != nil || some.Known != 0 || len(some.Queries[0].Neighbours) != 5 || some.Title != "the embedded extractor: nearest neighbours" {
		t.Errorf("without labels: %+v, %v", some, err)
	}
}

func mustLabels(t *testing.T, p *Project) *labels.Table {
	t.Helper()
	table, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestExtremes(t *testing.T) {
	p := embedded(t, photos(t, 24))
	r, err := p.Extremes(t.Context(), ExtremesOptions{Features: []int{5}, N: 3})
	if err != nil || r.Count != 24 || len(r.Extremes) != 1 || len(r.Images) != 6 {
		t.Fatalf("%+v, %v", r, err)
	}
	store, err := p.Features()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var values []float64
	for row := range 24 {
		values = append(values, float64(store.Row(row)[5]))
	}
	e := r.Extremes[0]
	if slices.Sort(values); e.Least[0].Value != values[0] || e.Most[2].Value != values[23] || e.Most[0].Value != values[21] || float64(store.Row(e.Most[2].Row)[5]) != values[23] {
		t.Errorf("least %v, most %v; want %g and %g at the ends", e.Least, e.Most, values[0], values[23])
	}
	readable(t, r.Figure)
	main, err := p.Extremes(t.Context(), ExtremesOptions{Directions: 2})
	if err != nil || len(main.Extremes) != 2 || main.Extremes[0].Share <= main.Extremes[1].Share || main.Extremes[0].Share+main.Extremes[1].Share > 1.0001 {
		t.Fatalf("%+v, %v", main.Extremes, err)
	}
	kind := kinds(p) // red and green differ most
	for _, least := range main.Extremes[0].Least {
		for _, most := range main.Extremes[0].Most {
			if kind[least.Row] == kind[most.Row] {
				t.Errorf("rows %d and %d lie at different ends of the first direction, and both are %s", least.Row, most.Row, kind[least.Row])
			}
		}
	}
	if _, err := p.Extremes(t.Context(), ExtremesOptions{Features: []int{-1, 787}}); err == nil || !strings.Contains(err.Error(), "no feature -1") || !strings.Contains(err.Error(), "no feature 787; want 0 to 786") {
		t.Error(err)
	}
}

func TestAttribution(t *testing.T) {
	p := seenProject(t, 24)
	ctx := t.Context()
	views, err := p.Attribution(ctx, AttributionOptions{}, nil, p.Album(0, 1))
	if err != nil || views.Results[0].Of != "likeness to its views" || views.Results[0].Score < 0.5 || views.Results[0].Score > 1.0001 {
		t.Fatalf("before a classifier is trained: %+v, %v", views.Results, err)
	}
	if _, err := p.Train(ctx, TrainOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	r, err := p.Attribution(ctx, AttributionOptions{}, nil, p.Album(0, 1))
	if err != nil || len(r.Results) != 2 || len(r.Images) != 6 || r.Steps != see.DefaultSteps {
		t.Fatalf("%+v, %v", r, err)
	}
	readable(t, r.Figure)
	scores, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	kind := kinds(p)
	for i, one := range r.Results {
		want := float64(scores.For(mustLabels(t, p))(i)[slices.Index(mustLabels(t, p).Classes(), one.Of)])
		if one.Of != kind[i] || math.Abs(1/(1+math.Exp(-one.Score))-want) > 1e-3 || one.Off > 0.1 {
			t.Errorf("row %d, which is %s: %+v; want the score %.4f", i, kind[i], one, want)
		}
	}
	other, err := p.Attribution(ctx, AttributionOptions{Class: "green", Baseline: MeanBaseline, AttributionOptions: see.AttributionOptions{Steps: 4}}, nil, p.Album(1))
	if err != nil || other.Results[0].Of != "green" || other.Steps != 4 || other.Results[0].Baseline == r.Results[1].Baseline {
		t.Errorf("%+v, %v", other.Results, err)
	}
	like, err := p.Attribution(ctx, AttributionOptions{Like: []string{p.Images().At(0).ID}, Unlike: []string{p.Images().At(23).ID}}, nil, p.Album(0))
	if err != nil || like.Results[0].Score <= 0 {
		t.Errorf("an image is not more like itself than like another: %+v, %v", like.Results, err)
	}
	feature, err := p.Attribution(ctx, AttributionOptions{Features: []int{3, 7}}, nil, p.Album(2))
	if err != nil {
		t.Fatal(err)
	}
	store, err := p.Features()
	if err != nil {
		t.Fatal(err)
	}
	if x := store.Row(2); feature.Results[0].Of != "feature 3, 7" || math.Abs(feature.Results[0].Score-float64(x[3]+x[7])) > 1e-4 {
		t.Errorf("%+v; want the score %g", feature.Results, x[3]+x[7])
	}
	store.Close()
	n, _ := p.NetworkFile()
	for says, o := range map[string]AttributionOptions{
		"give one of them":                         {Class: "red", Views: true},
		"Unlike goes with Like":                    {Unlike: []string{"x"}},
		`Baseline is "white"; want black`:          {Baseline: "white"},
		`does not know the class "blue"; it knows`: {Class: "blue"},
		"there is no feature 99; want 0 to 31":     {Features: []int{99}},
		`Rule is "left"; want gauss or trapezoid`:  {AttributionOptions: see.AttributionOptions{Rule: "left"}},
	} {
		if _, err := p.Attribution(ctx, o, nil, p.Album(0)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
	}
	if _, err := Attribution(ctx, n, p.Album(0), AttributionOptions{Class: "red"}, nil); err == nil || !strings.Contains(err.Error(), "name the project in place of the network") {
		t.Error(err)
	}
	if alone, err := Attribution(ctx, n, p.Album(0), AttributionOptions{}, nil); err != nil || alone.Results[0].Score != views.Results[0].Score {
		t.Errorf("without a project: %+v, %v; want %g", alone.Results, err, views.Results[0].Score)
	}
	if _, err := p.Train(ctx, TrainOptions{Options: classify.Options{Head: classify.NeighboursHead}}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Attribution(ctx, AttributionOptions{}, nil, p.Album(0)); err == nil || !strings.Contains(err.Error(), "neighbours has no gradient") {
		t.Error(err)
	}
}

// A classifier that reads maps is followed through them, too.
func TestAttributionThroughMaps(t *testing.T) {
	p := seenProject(t, 16)
	ctx := t.Context()
	if _, err := p.ExtractMaps(ctx, FeatureMapOptions{Float32: true}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(ctx, TrainOptions{Options: classify.Options{Trunk: classify.PoolingTrunk}}, nil); err != nil {
		t.Fatal(err)
	}
	r, err := p.Attribution(ctx, AttributionOptions{}, nil, p.Album(0))
	if err != nil {
		t.Fatal(err)
	}
	scores, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	classes := mustLabels(t, p).Classes()
	want := float64(scores.For(mustLabels(t, p))(0)[slices.Index(classes, r.Results[0].Of)])
	if got := 1 / (1 + math.Exp(-r.Results[0].Score)); math.Abs(got-want) > 1e-3 {
		t.Errorf("%s has the score %.4f by the graph, and %.4f", r.Results[0].Of, got, want)
	}
}

// Pictures of a training come at each look; the network that comes out paints as at the last.
func TestPicturesOfATraining(t *testing.T) {
	dir, out := photos(t, 40), filepath.Join(t.TempDir(), "net")
	seen := map[string][]float64{}
	var last Figure
	o := PretrainOptions{Method: "autoencoder", Backbone: backbone.Options{Width: 0.125}, Look: 1, Pictures: func(l LookPicture) error {
		seen[l.Name] = append(seen[l.Name], l.Epoch)
		if l.Name == "reconstruction" {
			last = l.Figure
		}
		if l.Epoch == 2 {
			readable(t, l.Figure)
		}
		return nil
	}}
	o.Options = pretrain.Options{Epochs: 2, Batch: 20, Side: 32}
	if _, err := Pretrain(t.Context(), []string{dir}, out, o, nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kernels", "neighbours", "reconstruction"} {
		if !slices.Equal(seen[name], []float64{0, 1, 2}) {
			t.Errorf("%s were shown after %v epochs; want 0, 1 and 2", name, seen[name])
		}
	}
	if len(seen) != 3 || !strings.HasPrefix(last.Title, "after 2 epochs: 8 pictures of 32 × 32 pixels painted again, off by ") {
		t.Errorf("%v, %q", seen, last.Title)
	}
	album, err := OpenAlbum(t.Context(), []string{dir}, 4)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Reconstruction(t.Context(), out, album)
	if err != nil || len(r.Results) != 4 || r.Side != 32 || r.Off <= 0 || r.Off > 0.6 || len(r.Images) != 8 || !strings.Contains(r.Results[0].Image, "photos") {
		t.Fatalf("%+v, %v", r, err)
	}
	readable(t, r.Figure)
	o.Pictures = nil
	if _, err := Pretrain(t.Context(), []string{dir}, out+"-unseen", o, nil, nil); err != nil {
		t.Fatal(err)
	}
	with, err1 := backbone.Read(out)
	without, err2 := backbone.Read(out + "-unseen")
	if err1 != nil || err2 != nil || with.Weights != without.Weights {
		t.Errorf("pictures change what is learned: weights %.12s with them and %.12s without (%v, %v)", with.Weights, without.Weights, err1, err2)
	}
	full := fmt.Errorf("the disk is full")
	o.Pictures = func(LookPicture) error { return full }
	if _, err := Pretrain(t.Context(), []string{dir}, out+"2", o, nil, nil); err == nil || !strings.Contains(err.Error(), full.Error()) {
		t.Errorf("a picture that cannot be kept: %v", err)
	}
	if _, err := Reconstruction(t.Context(), untrained(t), album); err == nil || !strings.Contains(err.Error(), "holds nothing that paints") {
		t.Error(err)
	}
}

func TestExportProjector(t *testing.T) {
	p := embedded(t, photos(t, 20))
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "projector")
	r, err := p.ExportProjector(ctx, folder, ProjectorOptions{Images: 10, Components: 4, Sprite: 16})
	if err != nil || r.Images != 10 || r.Numbers != 4 || r.Sprite != 16 {
		t.Fatalf("%+v, %v", r, err)
	}
	table := func(name string) [][]string {
		f, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c := csv.NewReader(f)
		c.Comma = '\t'
		rows, err := c.ReadAll() // refuses lines of different lengths
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	vectors, metadata := table("vectors.tsv"), table("metadata.tsv")
	if len(vectors) != 10 || len(vectors[0]) != 4 || len(metadata) != 11 || !slices.Equal(metadata[0][:4], []string{"image", "folder", "subset", "side"}) {
		t.Fatalf("%d vectors of %d, %d lines of metadata, the first %q", len(vectors), len(vectors[0]), len(metadata), metadata[0])
	}
	for _, line := range metadata[1:] {
		if class := slices.Index(metadata[0], line[1]); class < 4 || line[class] != "1" || line[3] != "train" {
			t.Errorf("the line %q does not have the class of its folder", line)
		}
	}
	data, err := os.ReadFile(filepath.Join(folder, "sprites.png"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := imageset.Decode(data)
	if err != nil || m.Rect.Dx() != 64 || m.Rect.Dy() != 48 { // 4 × 4 places for 10 pictures
		t.Fatalf("the sprites are %v, %v", m.Rect, err)
	}
	config, _ := os.ReadFile(filepath.Join(folder, "projector_config.pbtxt"))
	if !strings.Contains(string(config), `tensor_path: "vectors.tsv"`) || strings.Count(string(config), "single_image_dim: 16") != 2 {
		t.Errorf("the configuration is %s", config)
	}
	if _, err := p.ExportProjector(ctx, folder, ProjectorOptions{}); err == nil || !strings.Contains(err.Error(), "holds files; name a new folder") {
		t.Error(err)
	}
	whole, err := p.ExportProjector(context.Background(), folder+"2", ProjectorOptions{})
	if err != nil || whole.Images != 20 || whole.Numbers != 787 || whole.Sprite != 50 {
		t.Errorf("%+v, %v", whole, err)
	}
}
