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
	People     int            `json:"people"` // annotators who have a journal
	Train      trainView      `json:"train"`
	Message    string         `json:"message"`
	HasModel   bool           `json:"has_model"`
}

// Key lets a slow page skip all but the latest.
func (view) Key() string { return "view" }

type gridView struct {
	Batch   string      `json:"batch"` // changes when other images are shown
	Columns int         `json:"columns"`
	Rows    int         `json:"rows"`
	Classes []classView `json:"classes"`
	Tiles   []tileView  `json:"tiles"`
	Empty   string      `json:"empty"` // shown in place of tiles where there are none

	Quick     *quickView `json:"quick,omitempty"`
	Contrasts []string   `json:"contrasts"`
	Reasons   []string   `json:"reasons,omitempty"` // of exclusions, the most frequent first
	Without   []string   `json:"without"`           // actions that mean nothing here
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
	Running bool            `json:"running"`
	Step    string          `json:"step,omitempty"`
	Done    int             `json:"done"`
	Total   int             `json:"total"`
	Seconds float64         `json:"seconds"`
	Outcome string          `json:"outcome,omitempty"`
	Failed  bool            `json:"failed,omitempty"`
	Option  json.RawMessage `json:"option,omitempty"` // of the chart of the learning curve
	SVG     string          `json:"svg,omitempty"`    // the same chart as a picture, when no training runs

	Settings []settingView `json:"settings,omitempty"`
	Runs     []runView     `json:"runs,omitempty"` // the newest first
}

// view draws the session; s.mu is held.
func (s *Session) view() view {
	store := s.project.Labels()
	t := store.Table()
	scores, stamp := s.project.Scores()
	s.stamp = stamp
	v := view{
		Name: s.project.Name(), Annotator: store.Annotator(), Strategy: s.strategy, Strategies: s.project.Strategies(),
		Train: s.fullTrainView(), Message: s.message, HasModel: scores != nil,
		Grid: gridView{
			Batch: strconv.FormatUint(s.batch.number, 10), Columns: s.o.Columns, Rows: s.o.Rows,
			Quick: s.quickView(t), Contrasts: contrast.Contrasts, Reasons: reasonsOf(t), Without: withoutHere,
			Classes: []classView{}, Tiles: []tileView{}, Empty: "No images are left to label.", // the page takes no null
		},
		Counts: []countView{},
	}
	for _, c := range s.project.Classes() {
		v.Grid.Classes = append(v.Grid.Classes, classView{Name: c.Name, Key: c.Key, Description: c.Description})
	}
	for _, p := range s.batch.picks {
		v.Grid.Tiles = append(v.Grid.Tiles, s.tile(t, p, scores))
	}
	for _, c := range t.Counts() {
		v.Counts = append(v.Counts, countView{
			Name: c.Class, Present: c.Train.Present, Absent: c.Train.Absent, Unknown: c.Train.Unknown + c.Validation.Unknown,
			ValidationPresent: c.Validation.Present, ValidationAbsent: c.Validation.Absent,
		})
	}
	v.Totals = totals(t)
	now := time.Now()
	v.Sampling = s.sampling(now)
	v.People = s.project.Annotators()
	v.Histogram = s.histogramView(now)
	v.Pace = s.pace.view(now, share(v.Totals.Labelled+v.Totals.Partial, s.sources))
	if len(v.Grid.Classes) == 0 {
		v.Grid.Tiles, v.Grid.Empty = []tileView{}, noClasses(v.Name)
	}
	return v
}

// noClasses says what to do in a project that has nothing to label for.
func noClasses(project string) string {
	return fmt.Sprintf("No classes yet, so there is nothing to label for. Press Done, add some with Classes in patchwork.MustInit "+
		"or with `patchwork init %s --classes water,road`, and open the studio again.", project)
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

func (s *Session) tile(t *labels.Table, p Pick, scores func(int) []float32) tileView {
	image := s.project.Images().At(p.Row)
	address := fmt.Sprintf("%s?row=%d", image.Hash, p.Row)
	if key := s.project.Reader().Input.Key(); key != "" { // the browser keeps pictures by their address
		address += "&input=" + key
	}
	tile := tileView{
		Row: p.Row, Src: "thumb/" + address, Full: "image/" + address,
		Caption: path.Base(image.ID), Title: image.ID, Why: p.Reason,
		Excluded: t.Excluded(p.Row), Validation: t.Validation(p.Row), Note: t.Note(p.Row),
		Unsure: t.Unsure(p.Row), Reason: t.ExcludeReason(p.Row), Meta: facts(image, t.ExcludeReason(p.Row)),
	}
	for c := range t.Classes() {
		tile.Values = append(tile.Values, int8(t.Value(p.Row, c)))
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
		parts[i] = fmt.Sprintf("%s %d/%d", c.Class, c.Train.Present+c.Validation.Present, c.Train.Absent+c.Validation.Absent)
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
