package studio

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// mapping is the map of the images: which there is, which is being laid out, and what its colours mean.
type mapping struct {
	on   bool
	kind string // that is wished; "" for the first
	by   string // key of the coloring; "" for the first

	points []float32 // x and y of each row, NaN for none; empty where nothing has been laid out yet
	bytes  []byte    // they, for a page
	placed int
	stamp  int // grows when they change

	job         // the layout that is being made
	run     int // its number
	painted painted
}

// isMap says whether an event is about the map.
func isMap(kind string) bool {
	return slices.Contains([]string{"map", "map-color", "map-open", "map-label", "map-show", "map-stop"}, kind)
}

// onMap does what an event about the map asks; s.mu is held.
func (s *Session) onMap(e host.Event) error {
	var data struct {
		On    *bool  `json:"on"`
		Of    string `json:"of"` // kind of map
		By    string `json:"by"`
		Row   int    `json:"row"`
		Bits  string `json:"bits"`
		Class string `json:"class"`
		Value int8   `json:"value"`
		Only  bool   `json:"only"` // where there is no label yet
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	m := &s.mapping
	switch e.Kind {
	case "map":
		return s.chooseMap(data.On, data.Of)
	case "map-color":
		if _, ok := s.coloring(data.By); !ok {
			return wish("There is no coloring %q.", data.By)
		}
		m.by = data.By
		return nil
	case "map-stop":
		if m.cancel == nil {
			return wish("No map is being laid out.")
		}
		m.cancel()
		return nil
	case "map-show":
		return s.showAround(data.Row)
	}
	rows, err := widgets.RowsOfBits(data.Bits, s.project.Images().Len())
	if err != nil {
		return wish("%v", err)
	}
	if e.Kind == "map-open" {
		return s.openRows("from the map", "selected on the map", rows)
	}
	return s.labelRows(e.ID, rows, data.Class, data.Value, data.Only)
}

// chooseMap shows or hides the map, or lays it out in another way, or again where images have come or features are there now.
func (s *Session) chooseMap(on *bool, kind string) error {
	m := &s.mapping
	if kind != "" && !slices.Contains(s.project.LayoutKinds(), kind) {
		return wish("There is no map of kind %q.", kind)
	}
	if on != nil {
		m.on = *on
	}
	if kind != "" {
		m.kind = kind
	}
	if m.cancel != nil {
		m.cancel()
	}
	if m.run++; m.on { // a layout that goes on without being wanted says nothing
		s.layOut()
	} else {
		m.cancel = nil
	}
	return nil
}

// layOut has the wanted map read, or laid out in the background, so that labelling goes on; s.mu is held.
func (s *Session) layOut() {
	m := &s.mapping
	if m.kind == "" {
		m.kind = s.project.LayoutKinds()[0]
	}
	ctx, cancel := m.begin()
	kind, run := m.kind, m.run
	step := func(what string, done, total int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if m.run != run {
			return
		}
		if m.heard(what, done, total) && !s.closed {
			s.push(mapOnly{s.mapView()})
		}
	}
	go func() {
		defer cancel()
		points, err := s.project.Layout(ctx, kind, step)
		s.mu.Lock()
		defer s.mu.Unlock()
		if m.run != run {
			return
		}
		m.cancel = nil
		switch {
		case errors.Is(err, context.Canceled):
			m.failed = "Stopped."
		case err != nil:
			m.failed = err.Error()
		default:
			m.take(points)
		}
		if !s.closed {
			s.pushAll()
		}
	}()
}

// mapAfterTraining tries again where there was no map: training has made the features that it lacked.
func (s *Session) mapAfterTraining() {
	if m := &s.mapping; m.on && !s.closed && m.cancel == nil && len(m.points) == 0 {
		m.run++
		s.layOut()
	}
}

// take takes up a layout.
func (m *mapping) take(points []float32) {
	m.points, m.bytes, m.placed = points, widgets.PointBytes(points), 0
	m.stamp++
	for i := 0; i < len(points); i += 2 {
		if points[i] == points[i] {
			m.placed++
		}
	}
}

// mostAround is how many images around one are listed.
const mostAround = 200

// showAround shows the image of a point, and behind it those that lie around it, the nearest first.
func (s *Session) showAround(row int) error {
	points := s.mapping.points
	if row < 0 || 2*row+1 >= len(points) || points[2*row] != points[2*row] {
		return wish("Image %d has no place on the map.", row)
	}
	type far struct {
		row int
		d   float32
	}
	var list []far
	for other := range len(points) / 2 {
		dx, dy := points[2*other]-points[2*row], points[2*other+1]-points[2*row+1]
		if d := dx*dx + dy*dy; d == d { // one without a place is at no distance
			list = append(list, far{other, d})
		}
	}
	slices.SortStableFunc(list, func(a, b far) int {
		switch {
		case a.d < b.d || a.d == b.d && a.row == row:
			return -1
		case a.d > b.d || a.d == b.d && b.row == row:
			return 1
		}
		return 0
	})
	var rows []int
	for _, f := range list[:min(len(list), mostAround)] {
		rows = append(rows, f.row)
	}
	return s.openRows("on the map around "+called(baseOf(s.project.Images(), row)), "near it on the map", rows)
}

// labelRows labels a class of many images in one step; those that are excluded are left as they are.
func (s *Session) labelRows(id string, rows []int, class string, value int8, only bool) error {
	t, index := s.project.Labels().Table(), s.project.Images()
	c, ok := t.Class(class)
	if !ok {
		return wish("There is no class %q.", class)
	}
	if s.batch.blind() {
		return wish("While labels are hidden, images are labelled one by one.")
	}
	_, stamp := s.project.Scores()
	change := labels.Change{Class: class, Value: value}
	for _, row := range rows {
		if now := t.Value(row, c); !t.Excluded(row) && int8(now) != value && (!only || now == labels.Unknown) {
			change.Images = append(change.Images, labels.Ref(index, row))
		}
	}
	if len(change.Images) == 0 {
		return wish("All of them are so already.")
	}
	err := s.apply(labels.Event{ID: id, Kind: labels.KindLabel, Source: "studio", Set: []labels.Change{change}, Shown: &labels.Shown{Strategy: "map", Model: stamp}})
	if err == nil {
		s.message = fmt.Sprintf("%s labelled on the map: %s %v.", count(len(change.Images), "image"), called(class), labels.Tri(value))
	}
	return err
}
