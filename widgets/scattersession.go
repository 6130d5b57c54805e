package widgets

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// scatterView is what the page draws. The places and colours themselves it fetches from the two addresses, each once as long
// as the address stays.
type scatterView struct {
	Title     string         `json:"title"`
	Points    string         `json:"points"`
	Codes     string         `json:"codes"`
	By        string         `json:"by"`
	Colorings []coloringView `json:"colorings"`
	Shades    Shades         `json:"shades"`
	Highlight []int          `json:"highlight"`
	CanUndo   *bool          `json:"can_undo,omitempty"` // nil where nothing can be labelled
	Message   string         `json:"message"`
}

// Key lets a newer view take the place of one that a page has not read.
func (scatterView) Key() string { return "view" }

type coloringView struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// ScatterSummary is what a selection consists of, for a page.
type ScatterSummary struct {
	Classes []ClassCount  `json:"classes"`
	Tiles   []ScatterTile `json:"tiles"` // some of the images
}

// ScatterTile is what a page says of one image.
type ScatterTile struct {
	Row     int    `json:"row"`
	Src     string `json:"src"`
	Caption string `json:"caption"`
	Title   string `json:"title,omitempty"`
	Badge   string `json:"badge,omitempty"` // its labels
	Why     string `json:"why,omitempty"`
}

// StripTiles is how many images of a selection a page shows.
const StripTiles = 24

// Spread are at most n of rows, evenly from the first to the last.
func Spread(rows []int, n int) []int {
	if len(rows) <= n {
		return rows
	}
	out := make([]int, n)
	for i := range out {
		out[i] = rows[i*len(rows)/n]
	}
	return out
}

// Start is called by the server once, before pages come.
func (s *Scatter) Start(server *host.Server) {
	s.mu.Lock()
	s.server = server
	s.mu.Unlock()
	bytes := func(of func() []byte) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Cache-Control", "no-store")
			w.Write(of())
		})
	}
	server.Handle("GET /points", bytes(func() []byte { return PointBytes(s.o.Points) })) // the patterns are valid and new, so no errors
	server.Handle("GET /codes", bytes(func() []byte {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.shades.Of
	}))
	server.Handle("GET /tiles", http.HandlerFunc(s.serveTiles))
	server.Handle("GET /picture/{row}", http.HandlerFunc(s.picture))
}

// push shows what has changed to all pages; s.mu is held.
func (s *Scatter) push() {
	if s.server != nil {
		s.server.Push(s.view()) // of plain values, so no error
	}
}

// view is what a page shows now; s.mu is held.
func (s *Scatter) view() scatterView {
	v := scatterView{
		Title: s.title(), Points: "points", Codes: fmt.Sprintf("codes?stamp=%d", s.stamp), By: s.o.Colorings[s.by].Key, Shades: s.shades,
		Highlight: slices.Clone(s.highlight), Message: s.message,
	}
	if v.Highlight == nil {
		v.Highlight = []int{}
	}
	for _, c := range s.o.Colorings {
		v.Colorings = append(v.Colorings, coloringView{c.Key, c.Name})
	}
	if s.o.Label != nil {
		can := s.changes > 0
		v.CanUndo = &can
	}
	return v
}

// Hello is the first view of a page.
func (s *Scatter) Hello(context.Context, string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view(), nil
}

// Receive applies one event: color, select, label, undo or done. The reply is the view after it, or of select the summary.
func (s *Scatter) Receive(ctx context.Context, _ string, e host.Event) (any, error) {
	var data struct {
		By    string `json:"by"`
		Bits  string `json:"bits"`
		Class string `json:"class"`
		Value int8   `json:"value"`
		Only  bool   `json:"only"`
	}
	if len(e.Data) > 0 {
		if err := json.Unmarshal(e.Data, &data); err != nil {
			return nil, fmt.Errorf("widgets: the event is not understood: %w", err)
		}
	}
	rows, err := RowsOfBits(data.Bits, s.rows())
	if err != nil {
		return nil, err
	}
	switch e.Kind {
	case "select":
		return map[string]any{"summary": s.choose(rows)}, nil
	case "label":
		if s.o.Label == nil || !slices.Contains(s.o.Classes, data.Class) {
			return nil, fmt.Errorf("widgets: %q cannot be labelled here", data.Class)
		}
		return s.change(1, func() (string, error) { return s.o.Label(ctx, rows, data.Class, tri(data.Value), data.Only) })
	case "undo":
		if s.o.Undo == nil {
			return nil, fmt.Errorf("widgets: nothing can be undone here")
		}
		return s.change(-1, func() (string, error) { return s.o.Undo(ctx) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.Kind {
	case "color":
		by := slices.IndexFunc(s.o.Colorings, func(c Coloring) bool { return c.Key == data.By })
		if by < 0 {
			return nil, fmt.Errorf("widgets: there is no coloring %q", data.By)
		}
		s.by = by
		s.recolor()
	case "done":
		s.server.End(host.ReasonDone)
	default:
		return nil, fmt.Errorf("widgets: %q has no meaning here", e.Kind)
	}
	s.push()
	return map[string]any{"view": s.view()}, nil
}

// choose keeps the selection, tells OnSelect, and says what it consists of.
func (s *Scatter) choose(rows []int) ScatterSummary {
	s.mu.Lock()
	s.selected = rows
	s.mu.Unlock()
	if s.o.OnSelect != nil {
		s.o.OnSelect(slices.Clone(rows))
	}
	sum := ScatterSummary{Classes: []ClassCount{}, Tiles: []ScatterTile{}}
	if s.o.Label != nil && len(rows) > 0 {
		sum.Classes = s.o.Counts(rows)
	}
	for _, row := range Spread(rows, StripTiles) {
		sum.Tiles = append(sum.Tiles, s.tile(row))
	}
	return sum
}

// change labels or undoes, and shows the labels after it.
func (s *Scatter) change(by int, do func() (string, error)) (any, error) {
	said, err := do()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.message, s.changes = said, max(0, s.changes+by)
	s.recolor()
	s.push()
	return map[string]any{"view": s.view()}, nil
}

func (s *Scatter) image(row int) GridImage {
	if s.o.Image == nil {
		return GridImage{}
	}
	return s.o.Image(row)
}

func (s *Scatter) tile(row int) ScatterTile {
	img := s.image(row)
	return ScatterTile{
		Row: row, Src: fmt.Sprintf("picture/%d?token=%s", row, s.server.Token()), Caption: orText(img.Caption, fmt.Sprintf("image %d", row)), Title: img.Title,
		Badge: img.Badge, Why: img.Why,
	}
}

// mostTiles is how many images a page may ask about at once.
const mostTiles = 500

// TileRows reads which rows a page asks about, of n: numbers with commas between. Errors: there are too many, or one is no row.
func TileRows(text string, n int) (rows []int, err error) {
	for one := range strings.SplitSeq(text, ",") {
		row, err := strconv.Atoi(one)
		if err != nil || row < 0 || row >= n || len(rows) == mostTiles {
			return nil, fmt.Errorf("widgets: %.40q are not up to %d rows of %d images", text, mostTiles, n)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// serveTiles says what is known of the images in ?rows=1,2,3.
func (s *Scatter) serveTiles(w http.ResponseWriter, r *http.Request) {
	rows, err := TileRows(r.URL.Query().Get("rows"), s.rows())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	tiles := make([]ScatterTile, len(rows))
	for i, row := range rows {
		tiles[i] = s.tile(row)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(tiles)
}

// picture serves the small picture of a row.
func (s *Scatter) picture(w http.ResponseWriter, r *http.Request) {
	row, err := strconv.Atoi(r.PathValue("row"))
	if err != nil || row < 0 || row >= s.rows() {
		http.NotFound(w, r)
		return
	}
	s.image(row).serve(w, 240, 64<<10, "private, max-age=3600")
}
