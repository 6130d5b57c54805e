package studio

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// mapView is the map as a page shows it. Places, colours and marks it fetches from the addresses, each once as long as the address
// stays; "" is none.
type mapView struct {
	Kind      string         `json:"kind"`
	Kinds     []string       `json:"kinds"`
	Placed    int            `json:"placed"` // images that have a place
	Images    int            `json:"images"` // that there were when it was laid out
	Behind    int            `json:"behind"` // that have come since
	Points    string         `json:"points"`
	Codes     string         `json:"codes"`
	Marks     string         `json:"marks"` // of the list that was opened
	Patch     *mapPatch      `json:"patch,omitempty"`
	By        string         `json:"by"`
	Colorings []coloringView `json:"colorings"`
	Shades    widgets.Shades `json:"shades"`
	CanOpen   bool           `json:"can_open"`
	CanShow   bool           `json:"can_show"`

	jobView // of the layout that is being made
}

type coloringView struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// mapOnly is the part of the view that a layout that is being made changes.
type mapOnly struct {
	Map *mapView `json:"map"`
}

// Key lets a slow page skip all but the latest.
func (mapOnly) Key() string { return "map" }

// mapPatch are the few colours that are others than those at the address From.
type mapPatch struct {
	From  string `json:"from"`
	Rows  []int  `json:"rows"`
	Codes []int  `json:"codes"`
}

// mostPatched is how many colours a view brings with it.
const mostPatched = 500

// painted are the colours that were worked out last.
type painted struct {
	of     string // by what: the coloring, and the versions of labels and scores where it depends on them
	by     string
	shades widgets.Shades
	stamp  int // grows when a colour changes
	patch  *mapPatch
}

func (p painted) address() string { return fmt.Sprintf("map/codes?stamp=%d", p.stamp) }

// coloringsNow are those that may be shown: while labels are hidden, none that gives them away.
func (s *Session) coloringsNow() []Coloring {
	scores, _ := s.project.Scores()
	list := Colorings(s.project.Labels().Table().Classes(), scores != nil)
	if s.batch.blind() {
		list = slices.DeleteFunc(list, func(c Coloring) bool { return c.Labels || c.Scores })
	}
	return list
}

// coloring finds one by its key.
func (s *Session) coloring(key string) (Coloring, bool) {
	list := s.coloringsNow()
	if i := slices.IndexFunc(list, func(c Coloring) bool { return c.Key == key }); i >= 0 {
		return list[i], true
	}
	return list[0], false
}

// paint works the colours out, where something has changed that they depend on; s.mu is held.
func (s *Session) paint() *painted {
	p := &s.mapping.painted
	c, _ := s.coloring(s.mapping.by)
	scores, stamp := s.project.Scores()
	of := fmt.Sprint(c.Key, " ", s.project.Images().Len())
	if c.Labels || c.Key == "side" {
		of += fmt.Sprint(" ", s.project.Labels().Version())
	}
	if c.Scores {
		of += " " + stamp
	}
	if p.of == of && p.shades.Of != nil {
		return p
	}
	shades := c.Make(Shown{Table: s.project.Labels().Table(), Images: s.project.Images(), Scores: scores})
	from := p.address()
	patch, same := patchOf(p.shades.Of, shades.Of)
	if p.by != c.Key {
		patch, same = nil, false
	}
	if !same {
		p.stamp++
		if p.patch = patch; patch != nil {
			patch.From = from
		}
	}
	p.of, p.by, p.shades = of, c.Key, shades
	return p
}

// patchOf says which colours are others than before: nil where they are too many to say, and whether none is.
func patchOf(before, now []byte) (patch *mapPatch, same bool) {
	if len(before) != len(now) {
		return nil, false
	}
	patch = &mapPatch{}
	for row, code := range now {
		if before[row] == code {
			continue
		}
		if len(patch.Rows) == mostPatched {
			return nil, false
		}
		patch.Rows, patch.Codes = append(patch.Rows, row), append(patch.Codes, int(code))
	}
	return patch, len(patch.Rows) == 0
}

// mapView draws the map; nil while nobody wants to see it; s.mu is held.
func (s *Session) mapView() *mapView {
	m := &s.mapping
	if !m.on {
		return nil
	}
	p := s.paint()
	v := &mapView{
		Kind: m.kind, Kinds: s.project.LayoutKinds(), Placed: m.placed, Images: len(m.points) / 2, Codes: p.address(), Patch: p.patch, By: p.by, Shades: p.shades, CanOpen: true, CanShow: true,
		jobView: m.view(),
	}
	if v.Shades.Groups == nil {
		v.Shades.Groups = []widgets.Shade{} // the page takes no null
	}
	for _, c := range s.coloringsNow() {
		v.Colorings = append(v.Colorings, coloringView{c.Key, c.Name})
	}
	if len(m.points) > 0 {
		v.Points, v.Behind = fmt.Sprintf("map/points?stamp=%d", m.stamp), max(0, s.project.Images().Len()-v.Images)
	}
	if s.batch.listed {
		v.Marks = "map/marks?of=" + s.batch.id
	}
	return v
}

// summarize is the answer to a page that has selected images on the map: what they consist of.
func (s *Session) summarize(e host.Event) (any, error) {
	var data struct {
		Bits string `json:"bits"`
	}
	if err := decode(e, &data); err != nil {
		return nil, err
	}
	rows, err := widgets.RowsOfBits(data.Bits, s.project.Images().Len())
	if err != nil {
		return nil, err
	}
	t := s.project.Labels().Table()
	rows = slices.DeleteFunc(rows, t.Excluded)
	sum := widgets.ScatterSummary{Classes: []widgets.ClassCount{}, Tiles: []widgets.ScatterTile{}}
	for c, name := range t.Classes() {
		if s.batch.blind() {
			break
		}
		n := widgets.ClassCount{Name: name}
		for _, row := range rows {
			switch t.Value(row, c) {
			case labels.Present:
				n.Present++
			case labels.Absent:
				n.Absent++
			default:
				n.Unknown++
			}
		}
		sum.Classes = append(sum.Classes, n)
	}
	for _, row := range widgets.Spread(rows, widgets.StripTiles) {
		sum.Tiles = append(sum.Tiles, s.mapTile(t, row))
	}
	return map[string]any{"summary": sum}, nil
}

// mapTile is what the map says of an image: while labels are hidden, nothing of them.
func (s *Session) mapTile(t *labels.Table, row int) widgets.ScatterTile {
	tile := widgets.ScatterTile{Row: row, Src: s.thumbAddress(row), Caption: baseOf(s.project.Images(), row), Title: s.project.Images().At(row).ID}
	if s.batch.blind() {
		return tile
	}
	tile.Badge = Caption(t, row)
	if scores, _ := s.project.Scores(); scores != nil {
		if p := scores(row); p != nil {
			tile.Why = "scores " + likeliest(t.Classes(), p)
		}
	}
	return tile
}

// likeliest names the three highest scores.
func likeliest(classes []string, scores []float32) string {
	order := make([]int, 0, len(classes))
	for c := range min(len(classes), len(scores)) {
		if scores[c] == scores[c] {
			order = append(order, c)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if scores[a] > scores[b] {
			return -1
		}
		return 1
	})
	var parts []string
	for _, c := range order[:min(3, len(order))] {
		parts = append(parts, fmt.Sprintf("%s %.2f", called(classes[c]), scores[c]))
	}
	return strings.Join(parts, ", ")
}

// serveMap adds the addresses of the map to a server.
func (s *Session) serveMap(server *host.Server) error {
	bytes := func(of func() []byte) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			s.mu.Lock()
			data := of()
			s.mu.Unlock()
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Cache-Control", "no-store")
			w.Write(data)
		})
	}
	for _, at := range []struct {
		pattern string
		handler http.Handler
	}{
		{"GET /map/points", bytes(func() []byte { return s.mapping.bytes })},
		{"GET /map/codes", bytes(func() []byte { return s.mapping.painted.shades.Of })},
		{"GET /map/marks", bytes(func() []byte {
			rows := make([]int, len(s.list.picks))
			for i, p := range s.list.picks {
				rows[i] = p.Row
			}
			return widgets.BitsOfRows(rows, s.project.Images().Len())
		})},
		{"GET /map/tiles", http.HandlerFunc(s.serveMapTiles)},
	} {
		if err := server.Handle(at.pattern, at.handler); err != nil {
			return err
		}
	}
	return nil
}

// serveMapTiles says what is known of the images in ?rows=1,2,3.
func (s *Session) serveMapTiles(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	rows, err := widgets.TileRows(r.URL.Query().Get("rows"), s.project.Images().Len())
	tiles := make([]widgets.ScatterTile, len(rows))
	t := s.project.Labels().Table()
	for i, row := range rows {
		tiles[i] = s.mapTile(t, row)
	}
	s.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(tiles)
}

func baseOf(index *imageset.Index, row int) string { return path.Base(index.At(row).ID) }
