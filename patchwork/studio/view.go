package studio

import (
	"encoding/json"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset/contrast"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// view is all that a page draws. The page keeps what only it knows: the cursor, the focus, what is not yet saved.
type view struct {
	Session    string         `json:"session"` // another one begins with a version of its own
	Name       string         `json:"name"`
	Annotator  string         `json:"annotator"`
	Grid       gridView       `json:"grid"`
	Counts     []countView    `json:"counts"`
	Totals     totalsView     `json:"totals"`
	Strategy   string         `json:"strategy"`
	Strategies []Strategy     `json:"strategies"`
	Sampling   samplingView   `json:"sampling"`
	Pace       paceView       `json:"pace"`
	Histogram  *histogramView `json:"histogram,omitempty"`
	Measure    *measureView   `json:"measure,omitempty"`
	Map        *mapView       `json:"map,omitempty"`
	Doubles    *doublesView   `json:"doubles,omitempty"`
	People     int            `json:"people"`   // annotators who have a journal
	Suspects   bool           `json:"suspects"` // images with labels that are doubted are on screen
	Agreement  *peopleView    `json:"agreement,omitempty"`
	Rule       string         `json:"rule"` // what counts for training where people differ

	Classes   []labels.ClassInfo  `json:"classes"` // all, the retired and merged ones, too
	Conflicts int                 `json:"conflicts"`
	Plan      *labels.MergeReport `json:"plan,omitempty"`
	Train     trainView           `json:"train"`
	Audit     *auditView          `json:"audit"`
	Message   string              `json:"message"`
	HasModel  bool                `json:"has_model"`
}

// Key lets a slow page skip all but the latest.
func (view) Key() string { return "view" }

// common is what goes to all pages: where each shows a window of its own, no tiles, which it then asks for.
func (v view) common() view {
	if v.Grid.Total != nil {
		v.Grid.Tiles = []tileView{}
	}
	return v
}

// tilesOnly is the answer to a page that asked for other tiles.
type tilesOnly struct {
	Grid gridView `json:"grid"`
	Only bool     `json:"only"`
}

type gridView struct {
	Batch   string      `json:"batch"` // changes when other images are shown
	Columns int         `json:"columns"`
	Rows    int         `json:"rows"`
	Classes []classView `json:"classes"`
	Tiles   []tileView  `json:"tiles"`
	Empty   string      `json:"empty"` // shown in place of tiles where there are none

	Total   *int `json:"total,omitempty"` // images that are shown in pages; nil where Tiles has them all
	Start   int  `json:"start"`           // place of Tiles[0]
	Version int  `json:"version"`         // grows with every change: of two views of a session the higher is the later
	Page    int  `json:"page"`            // tiles that it should ask for at once

	Quick     *quickView          `json:"quick,omitempty"`
	Keys      map[string][]string `json:"keys,omitempty"` // of actions, other than the usual ones
	Contrasts []string            `json:"contrasts"`
	Bands     []bandsView         `json:"bands,omitempty"`
	Reasons   []string            `json:"reasons,omitempty"` // of exclusions, the most frequent first
	Without   []string            `json:"without"`           // actions that mean nothing here
}

type classView struct {
	Name        string `json:"name"`
	Key         string `json:"key"`
	Description string `json:"description,omitempty"`
}

type tileView struct {
	Row        int         `json:"row"`
	Src        string      `json:"src"`
	Full       string      `json:"full"`
	Caption    string      `json:"caption"`
	Title      string      `json:"title"` // the whole path
	Why        string      `json:"why"`
	Values     []int8      `json:"values"`
	Scores     []*number   `json:"scores"` // null without a model
	Excluded   bool        `json:"excluded"`
	Validation bool        `json:"validation"`
	Note       string      `json:"note,omitempty"`
	Unsure     bool        `json:"unsure,omitempty"`
	Reason     string      `json:"reason,omitempty"` // of an exclusion
	Meta       [][2]string `json:"meta"`
}

// number is a score; JSON null stands for one that the model has not learned.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(n), 'f', 4, 64), nil
}

type countView struct {
	Name              string `json:"name"`
	Present           int    `json:"present"`
	Absent            int    `json:"absent"`
	Unknown           int    `json:"unknown"`
	ValidationPresent int    `json:"validation_present"`
	ValidationAbsent  int    `json:"validation_absent"`
}

type totalsView struct {
	Images     int `json:"images"`
	Labelled   int `json:"labelled"`
	Partial    int `json:"partial"`
	Excluded   int `json:"excluded"`
	Validation int `json:"validation"`
}

type trainView struct {
	jobView
	Outcome string          `json:"outcome,omitempty"`
	Option  json.RawMessage `json:"option,omitempty"` // of the chart of the learning curve
	SVG     string          `json:"svg,omitempty"`    // the same chart as a picture, when no training runs

	Settings []settingView `json:"settings,omitempty"`
	Runs     []runView     `json:"runs,omitempty"` // the newest first
}

// noClasses says what to do in a project without any.
const noClasses = "No classes yet: name one at the right and press Add."

// view draws the session for a page; s.mu is held.
func (s *Session) view(client string) view {
	store := s.project.Labels()
	t := store.Table()
	scores, stamp := s.project.Scores()
	s.stamp = stamp
	now := time.Now()
	tallied := s.tally(now)
	v := view{
		Session: s.id, Name: s.project.Name(), Annotator: store.Annotator(), Strategy: s.strategy, Strategies: s.project.Strategies(),
		Train: s.fullTrainView(), Message: s.message, Audit: s.auditView(), HasModel: scores != nil, Grid: s.gridView(client), Counts: []countView{}, Totals: tallied.totals,
		Sampling: s.sampling(now), People: s.project.Annotators(), Suspects: s.reviewing(), Agreement: s.people, Rule: s.project.Rule(), Histogram: s.histogramView(now), Measure: s.measureView(now), Map: s.mapView(), Doubles: s.doublesView(),
		Classes: append([]labels.ClassInfo{}, t.AllClasses()...), Conflicts: tallied.conflicts, Plan: s.planView(t),
	}
	for _, c := range tallied.counts {
		v.Counts = append(v.Counts, countView{
			Name: c.Class, Present: c.Train.Present, Absent: c.Train.Absent, Unknown: c.Train.Unknown + c.Validation.Unknown,
			ValidationPresent: c.Validation.Present, ValidationAbsent: c.Validation.Absent,
		})
	}
	v.Pace = s.pace.view(now, share(v.Totals.Labelled+v.Totals.Partial, s.sources))
	if len(v.Grid.Classes) == 0 {
		v.Grid.Tiles, v.Grid.Total, v.Grid.Empty = []tileView{}, nil, noClasses
	}
	return v
}

// gridView draws the images that a page shows; s.mu is held.
func (s *Session) gridView(client string) gridView {
	t := s.project.Labels().Table()
	scores, _ := s.project.Scores()
	v := gridView{
		Batch: s.batch.id, Columns: s.o.Columns, Rows: s.o.Rows, Version: s.version, Page: firstWindow,
		Quick: s.quickView(t), Keys: s.project.Keys(), Contrasts: contrast.Contrasts, Bands: s.bands, Reasons: s.tally(time.Now()).reasons, Without: s.without(),
		Classes: []classView{}, Tiles: []tileView{}, Empty: "No images are left to label.", // the page takes no null
	}
	for _, c := range s.project.Classes() {
		v.Classes = append(v.Classes, classView{Name: c.Name, Key: c.Key, Description: c.Description})
	}
	w := s.windowOf(client)
	if s.batch.pages {
		total := len(s.batch.picks)
		v.Total, v.Start = &total, w.Start
	}
	for _, p := range s.batch.picks[w.Start : w.Start+w.Count] {
		v.Tiles = append(v.Tiles, s.tile(t, p, scores))
	}
	return v
}

func totals(t *labels.Table) totalsView {
	n := totalsView{Images: t.Len()}
	for row := range t.Len() {
		switch t.Status(row) {
		case labels.Labelled:
			n.Labelled++
		case labels.Partial:
			n.Partial++
		}
		if t.Excluded(row) {
			n.Excluded++
		}
		if t.Validation(row) {
			n.Validation++
		}
	}
	return n
}

// address is where a row's pictures are, below thumb/ and image/. The browser keeps pictures by it.
func (s *Session) address(row int) string {
	address := fmt.Sprintf("%s?row=%d", s.project.Images().At(row).Hash, row)
	if key := s.project.Reader().Input.Key(); key != "" {
		address += "&input=" + key
	}
	return address
}

func (s *Session) thumbAddress(row int) string { return "thumb/" + s.address(row) }

func (s *Session) tile(t *labels.Table, p Pick, scores func(int) []float32) tileView {
	image := s.project.Images().At(p.Row)
	tile := tileView{
		Row: p.Row, Src: s.thumbAddress(p.Row), Full: "image/" + s.address(p.Row),
		Caption: path.Base(image.ID), Title: image.ID, Why: p.Reason,
		Excluded: t.Excluded(p.Row), Validation: t.Validation(p.Row), Note: t.Note(p.Row),
		Unsure: t.Unsure(p.Row), Reason: t.ExcludeReason(p.Row), Meta: facts(image, t.ExcludeReason(p.Row)),
	}
	blind := s.batch.blind()
	for c, name := range t.Classes() {
		value := int8(0)
		if blind {
			value = int8(s.saidOf(p.Row, name))
		} else {
			value = int8(t.Value(p.Row, c))
		}
		tile.Values = append(tile.Values, value)
	}
	if blind { // nothing that gives the labels away
		tile.Note, tile.Unsure = "", false
		return tile
	}
	if scores == nil {
		return tile
	}
	for _, v := range scores(p.Row) {
		if math.IsNaN(float64(v)) {
			tile.Scores = append(tile.Scores, nil)
			continue
		}
		n := number(v)
		tile.Scores = append(tile.Scores, &n)
	}
	return tile
}

// statusLine is what a person wants to know at a glance.
func statusLine(n totalsView, counts []labels.ClassCount) string {
	parts := make([]string, len(counts))
	for i, c := range counts {
		parts[i] = fmt.Sprintf("%s %d/%d", called(c.Class), c.Train.Present+c.Validation.Present, c.Train.Absent+c.Validation.Absent)
	}
	line := fmt.Sprintf("%d of %d images labelled", n.Labelled+n.Partial, n.Images)
	if n.Partial > 0 {
		line += fmt.Sprintf(" (%d partly)", n.Partial)
	}
	if n.Excluded > 0 {
		line += fmt.Sprintf(", %d excluded", n.Excluded)
	}
	if n.Validation > 0 {
		line += fmt.Sprintf(", %d held out", n.Validation)
	}
	if len(parts) == 0 {
		return line
	}
	return line + "; present/absent: " + strings.Join(parts, ", ")
}
