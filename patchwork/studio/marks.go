package studio

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"maps"
	"net/url"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/imageset/contrast"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// markKinds are the events of a page that mark images, by the kind that the journal has for them.
var markKinds = map[string]labels.Kind{
	"exclude": labels.KindExclude, "validation": labels.KindValidation, "unsure": labels.KindUnsure, "note": labels.KindNote,
}

// mark excludes images, holds them out for validation, marks them as unsure, notes something about them, or takes that
// back: all of them in one event, so that one undo takes it back.
func (s *Session) mark(e host.Event) error {
	var data struct {
		target
		Value bool   `json:"value"`
		Text  string `json:"text"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	rows, err := s.resolve(data.target)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return wish("No image was named.")
	}
	index := s.project.Images()
	event := labels.Event{ID: e.ID, Kind: markKinds[e.Kind], Source: "studio", Text: data.Text, Shown: s.shownBy(rows[len(rows)-1])}
	var change labels.Change
	for _, row := range rows {
		change.Images = append(change.Images, labels.Ref(index, row))
	}
	if data.Value && e.Kind != "note" {
		change.Value = 1
	}
	event.Set = []labels.Change{change}
	s.actedOn(rows[0])
	return s.apply(event)
}

// withoutHere are the actions of the grid that the journal has no words for: a doubt is about an image as a whole.
var withoutHere = []string{"unsureClass"}

// The reasons that are offered when somebody leaves an image out: how many, and how long in bytes, at most.
const (
	mostReasons   = 6
	longestReason = 200
)

// reasonsOf are the reasons for which images are left out, the most frequent first, equally frequent ones by name.
func reasonsOf(t *labels.Table) []string {
	times := map[string]int{}
	for row := range t.Len() {
		if !t.Excluded(row) {
			continue
		}
		if reason := t.ExcludeReason(row); reason != "" && len(reason) <= longestReason {
			times[reason]++
		}
	}
	reasons := slices.SortedFunc(maps.Keys(times), func(a, b string) int { return cmp.Or(times[b]-times[a], cmp.Compare(a, b)) })
	return reasons[:min(len(reasons), mostReasons)]
}

// chooseQuick asks about one class only, the likeliest images first; "" goes back to all classes.
func (s *Session) chooseQuick(e host.Event) error {
	var data struct {
		Class string `json:"class"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	if _, ok := s.project.Labels().Table().Class(data.Class); data.Class != "" && !ok {
		return wish("There is no class %q.", data.Class)
	}
	s.quick, s.filter.Subset = data.Class, labels.SubsetFilter{}
	if data.Class == "" {
		return nil
	}
	s.filter.Subset = labels.SubsetFilter{Kind: labels.ClassUnknown, Name: data.Class}
	if scores, _ := s.project.Scores(); scores != nil {
		if name := "highest: " + data.Class; slices.ContainsFunc(s.project.Strategies(), func(k Strategy) bool { return k.Name == name }) {
			s.strategy = name
		}
	}
	return nil
}

// quickView names the class that is asked about.
type quickView struct {
	Class int `json:"class"`
}

func (s *Session) quickView(t *labels.Table) *quickView {
	if c, ok := t.Class(s.quick); s.quick != "" && ok {
		return &quickView{c}
	}
	return nil
}

// facts are what a page tells about an image beside its labels.
func facts(im imageset.Image, reason string) [][2]string {
	list := [][2]string{{"path", im.ID}, {"size", fmt.Sprintf("%d × %d pixels", im.Width, im.Height)}, {"file", fmt.Sprintf("%.1f kB", float64(im.Size)/1000)}}
	if im.Subset != "" {
		list = append(list, [2]string{"from", im.Subset})
	}
	if reason != "" {
		list = append(list, [2]string{"left out because", reason})
	}
	return list
}

// Sides of such pictures, in pixels, at most: of a full one, which is held in numbers of four bytes, and of one in the grid.
const (
	lookedSide = 4096
	tileSide   = 256
)

// atOnce is how many such pictures are made at a time: a full one may take 400 MB, and a browser asks for six together.
const atOnce = 2

// looked is the picture of a row with other contrast or bands, as the query asks, no larger than side; nil where it asks
// for neither. It waits for its turn as long as ctx lasts.
//
// Errors: the query is wrong; the image cannot be read; that of ctx.
func (s *Session) looked(ctx context.Context, row int, query url.Values, side int) (image.Image, error) {
	look, err := contrast.ParseLook(query.Get("contrast"), query.Get("bands"))
	if err != nil || look.String() == "" {
		return nil, err
	}
	select {
	case s.looking <- struct{}{}:
		defer func() { <-s.looking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	reader := s.project.Reader()
	if _, err := reader.Bytes(row); err != nil { // a browser keeps the picture under the hash of the content
		return nil, err
	}
	return contrast.Read(reader, row, look, side)
}
