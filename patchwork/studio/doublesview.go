package studio

import (
	"fmt"
)

// doublesView is the doubles as a page shows them: the groups of one page.
type doublesView struct {
	jobView // of the search

	Found  int         `json:"found"` // number of the search that found them; 0 before the first
	Alone  bool        `json:"alone"` // features said nothing, as there are none
	List   string      `json:"list"`
	Lists  []listView  `json:"lists"`
	Start  int         `json:"start"`  // place of Groups[0] in the list
	Length int         `json:"length"` // of the list
	Page   int         `json:"page"`   // groups at once
	Groups []groupView `json:"groups"`

	Settled int `json:"settled"` // groups of the list that do not belong there any more, because of what was done since it was opened
}

type listView struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	N     int    `json:"n"`
}

// groupView is a group with its first images.
type groupView struct {
	Group  int          `json:"group"`
	Images int          `json:"images"` // in it
	Left   int          `json:"left"`   // of them in use
	Leak   bool         `json:"leak"`
	Differ []string     `json:"differ"`
	Apart  bool         `json:"apart"`
	Tiles  []doubleView `json:"tiles"`
}

type doubleView struct {
	Row        int    `json:"row"`
	Src        string `json:"src"`
	Full       string `json:"full"`
	Caption    string `json:"caption"`
	Title      string `json:"title"`
	Why        string `json:"why"`
	Size       string `json:"size"`
	Values     []int8 `json:"values"`
	Excluded   bool   `json:"excluded"`
	Reason     string `json:"reason,omitempty"` // of the exclusion
	Validation bool   `json:"validation"`
}

// doublesOnly is the part of the view that a search for doubles changes.
type doublesOnly struct {
	Doubles *doublesView `json:"doubles"`
}

// Key lets a slow page skip all but the latest.
func (doublesOnly) Key() string { return "doubles" }

// imagesOfGroup is how many images of a group a page shows; opened as a batch all are there.
const imagesOfGroup = 12

// doublesView draws the doubles; nil while nobody wants to see them; s.mu is held.
func (s *Session) doublesView() *doublesView {
	d := &s.doubles
	if !d.on {
		return nil
	}
	v := &doublesView{
		jobView: d.view(), Found: d.found, Alone: d.alone,
		List: d.list, Lists: []listView{}, Start: d.start, Length: len(d.order), Page: groupsAtOnce, Groups: []groupView{}, // the page takes no null
	}
	if !d.shown() {
		return v
	}
	j := s.judge()
	for _, name := range lists {
		v.Lists = append(v.Lists, listView{name, listTitles[name], j.counts[name]})
	}
	for _, at := range d.order {
		if !listOf[d.list](j.groups[at]) {
			v.Settled++
		}
	}
	t, index := s.project.Labels().Table(), s.project.Images()
	for _, at := range d.order[d.start:min(d.start+groupsAtOnce, len(d.order))] {
		g, now := d.groups[at], j.groups[at]
		one := groupView{Group: at, Images: len(g.rows), Left: now.left, Leak: now.leak, Differ: append([]string{}, now.differ...), Apart: now.apart}
		for i, row := range g.rows[:min(imagesOfGroup, len(g.rows))] {
			im := index.At(row)
			tile := doubleView{
				Row: row, Src: s.thumbAddress(row), Full: "image/" + s.address(row), Caption: baseOf(index, row), Title: im.ID, Why: g.reasons[i],
				Size:     fmt.Sprintf("%d × %d, %.0f kB", im.Width, im.Height, float64(im.Size)/1000),
				Excluded: t.Excluded(row), Reason: t.ExcludeReason(row), Validation: t.Validation(row),
			}
			for class := range t.Classes() {
				tile.Values = append(tile.Values, int8(t.Value(row, class)))
			}
			one.Tiles = append(one.Tiles, tile)
		}
		v.Groups = append(v.Groups, one)
	}
	return v
}
