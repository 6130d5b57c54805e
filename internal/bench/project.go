package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Sizes of the large project.
const (
	largeImages  = 100_000
	largeEvents  = 20_000
	largeClasses = 10
	knownClasses = 5 // the first classes, which the import labels on every image
)

// project is a project folder and its image index.
type project struct {
	dir     string
	index   *imageset.Index
	classes []string
	events  int // labels of a person in the journal, besides the import
}

// largeProject makes the large project when it is first asked for.
func (t *trial) largeProject() *project {
	t.Helper()
	if t.bench.large == nil {
		t.bench.large = t.newProject(t.folder("large"), largeImages, largeEvents)
	}
	return t.bench.large
}

// newProject makes a project of so many images and 10 classes. Its journal holds one import that labels half of the
// classes on every image, and single labels of a person, as the studio writes them; so every image is partly labelled
// and nearly all are candidates for what comes next. A model has scored all images.
//
// Only ten images exist as files. Each row of the index shows one of these, by its content hash, so that every image
// has a thumbnail.
func (t *trial) newProject(dir string, images, events int) *project {
	t.Helper()
	p := &project{dir: filepath.Join(dir, "project"), classes: classNames(largeClasses), events: events}
	made, _, err := patchwork.Init(t.ctx, p.dir, patchwork.InitOptions{
		Images: []string{filepath.Join(t.scenes(), "scene_000?.jpg")}, Classes: patchwork.Classes(p.classes...),
	}, nil)
	t.must(err)
	p.index = repeat(t, made.Images(), images)
	t.must(p.index.Write(filepath.Join(p.dir, "images.tsv")))
	t.must(p.writeJournal())
	s, err := p.open(false) // writes the cache that later openings use
	t.must(err)
	t.must(s.Close())
	t.must(p.score(t, s.Table()))
	return p
}

// repeat makes an index of n rows from the images of a small one.
func repeat(t *trial, few *imageset.Index, n int) *imageset.Index {
	t.Helper()
	images := make([]imageset.Image, n)
	for row := range images {
		images[row] = few.At(row % few.Len())
		images[row].ID = fmt.Sprintf("../images/tile_%03d/image_%06d.jpg", row/1000, row)
	}
	index, err := imageset.NewIndex(images)
	t.must(err)
	return index
}

func (p *project) open(readOnly bool) (*labels.Store, error) {
	return labels.Open(labels.Options{Dir: p.dir, Annotator: annotator, Classes: p.classes, Images: p.index, ReadOnly: readOnly})
}

// writeJournal writes what as many calls of labels.Store.Apply would, without waiting for the disk as often.
func (p *project) writeJournal() error {
	bulk, err := p.bulk()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	text.WriteString(`{"patchwork":"journal","version":1,"annotator":"` + annotator + `"}` + "\n")
	begun := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	enc := json.NewEncoder(&text)
	for i := range p.events + 1 {
		e := p.click(i)
		if i == 0 {
			e = bulk
		}
		e.ID, e.By, e.Time = fmt.Sprintf("%016x", i), annotator, begun.Add(time.Duration(i)*time.Second)
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	folder := filepath.Join(p.dir, "journal")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, annotator+".jsonl"), text.Bytes(), 0o644)
}

// bulk is the import of a table that knows some classes of every image: one of them present, the others absent.
func (p *project) bulk() (labels.Event, error) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "filepath,%s\n", strings.Join(p.classes[:knownClasses], ","))
	for row := range p.index.Len() {
		text.WriteString(p.index.At(row).ID)
		for c := range knownClasses {
			text.WriteString(map[bool]string{true: ",1", false: ",0"}[row%knownClasses == c])
		}
		text.WriteByte('\n')
	}
	file := filepath.Join(p.dir, "import.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
		return labels.Event{}, err
	}
	s, err := p.open(true)
	if err != nil {
		return labels.Event{}, err
	}
	defer s.Close()
	e, _, err := labels.ImportCSV(s.Table(), p.index, file, labels.ImportOptions{Root: p.dir})
	return e, err
}

// click is the i-th label of a person, on an image and one of the classes that the import left open.
func (p *project) click(i int) labels.Event {
	row, class := i*7919%p.index.Len(), knownClasses+i%(largeClasses-knownClasses)
	return labels.Event{
		Kind: labels.KindLabel, Source: "studio", Dwell: 1200,
		Set:   []labels.Change{{Class: p.classes[class], Value: int8(i / 5 % 2), Images: []string{labels.Ref(p.index, row)}}},
		Shown: &labels.Shown{Strategy: "entropy", Model: "20260102T030405.000000", Score: 0.731, Reason: p.classes[class] + " at 0.47"},
	}
}

// score trains a small classifier and saves it with its scores of all images, as training in the studio does.
func (p *project) score(t *trial, table *labels.Table) error {
	const dim = 8
	x := make([]float32, dim)
	features := func(row int) []float32 {
		for i := range x {
			x[i] = float32((row*(i+3)+i)%97)/97 - 0.5
		}
		x[0] = float32(row%knownClasses) / knownClasses
		return x
	}
	m, err := classify.Train(t.ctx, classify.Data{
		Classes: p.classes, Dim: dim, Table: table, Features: features, Usable: func(row int) bool { return row < 2000 },
	}, classify.Options{Epochs: 2, Steps: 20}, nil)
	if err != nil {
		return err
	}
	scores, err := m.Scores(t.ctx, p.index.Len(), features)
	if err != nil {
		return err
	}
	dir := filepath.Join(p.dir, "models", "default")
	if err := m.Save(dir); err != nil {
		return err
	}
	return classify.WriteScores(filepath.Join(dir, "scores.npy"), scores, p.index.Len(), len(m.Info().Classes))
}
