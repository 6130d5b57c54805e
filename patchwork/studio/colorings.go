package studio

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
)

// Shown is what the colours of a map of images are made of.
type Shown struct {
	Table  *labels.Table
	Images *imageset.Index
	Scores func(row int) []float32 // by the classes of Table; nil without a model
}

// Coloring is one thing that the colours of a map can mean.
type Coloring struct {
	Key, Name string
	Labels    bool // it tells what somebody said of images
	Scores    bool // it tells what the model says
	Make      func(Shown) widgets.Shades
}

// Colorings are all there are: the classes present, and with a model the class of the highest score; of each class its label, its
// score and the distance of the two; when images were labelled, the folder they come from, and whether they are held out.
func Colorings(classes []string, model bool) []Coloring {
	list := []Coloring{{Key: "labels", Name: "all labels", Labels: true, Make: byLabels}}
	if model {
		list = append(list, Coloring{Key: "guess", Name: "highest score", Scores: true, Make: byGuess})
	}
	for _, name := range classes {
		list = append(list, Coloring{"label: " + name, called(name) + ": label", true, false, func(s Shown) widgets.Shades { return byLabel(s, name) }})
	}
	for _, name := range classes {
		if model {
			list = append(list,
				Coloring{"score: " + name, called(name) + ": score", false, true, func(s Shown) widgets.Shades { return byScore(s, name, false) }},
				Coloring{"mistake: " + name, called(name) + ": mistake", true, true, func(s Shown) widgets.Shades { return byScore(s, name, true) }})
		}
	}
	return append(list,
		Coloring{Key: "age", Name: "when labelled", Labels: true, Make: byAge},
		Coloring{Key: "subset", Name: "subset", Make: bySubset},
		Coloring{Key: "side", Name: "training or held out", Make: bySide})
}

// none is a byte for each image that says that it has no colour.
func (s Shown) none() []byte { return slices.Repeat([]byte{widgets.NoShade}, s.Images.Len()) }

// classGroups are a group for each class in the colour that it has everywhere, as many as leave room for more others.
func classGroups(t *labels.Table, more int) (groups []widgets.Shade) {
	place := map[string]int{}
	for i, c := range t.AllClasses() {
		place[c.Name] = i
	}
	for _, name := range t.Classes()[:min(len(t.Classes()), widgets.MostShades-more)] {
		groups = append(groups, widgets.Shade{Name: called(name), Color: widgets.ShadeColor(place[name])})
	}
	return groups
}

// byLabels colours by the class that is present, apart from those where several are, and those where all are absent.
func byLabels(s Shown) widgets.Shades {
	groups, classes := classGroups(s.Table, 2), len(s.Table.Classes())
	several, no := len(groups), len(groups)+1
	name := "several"
	if classes > several {
		name = "several, or others"
	}
	out := widgets.Shades{None: "not labelled", Of: s.none(), Groups: append(groups, widgets.Shade{Name: name, Color: severalColor}, widgets.Shade{Name: "all absent", Color: noColor})}
	known := make([]int, len(out.Of))
	for c := range classes {
		for row, v := range s.Table.Column(c)[:min(len(out.Of), s.Table.Len())] {
			switch {
			case v == labels.Unknown:
				continue
			case v == labels.Present && out.Of[row] == widgets.NoShade:
				out.Of[row] = byte(min(c, several))
			case v == labels.Present:
				out.Of[row] = byte(several)
			}
			known[row]++
		}
	}
	for row, n := range known {
		if n > 0 && n == classes && out.Of[row] == widgets.NoShade {
			out.Of[row] = byte(no)
		}
	}
	return out
}

// What images look like that are of no class, or of more than one: a brown and a pale one, which classes do not have.
const (
	severalColor = "#6b4f3a"
	noColor      = "#c9b99a"
)

// byGuess colours by the class with the highest score of those of at least one half.
func byGuess(s Shown) widgets.Shades {
	out := widgets.Shades{None: "none from 0.5 on", Of: s.none(), Groups: classGroups(s.Table, 0)}
	for row := range out.Of {
		if s.Scores == nil {
			break
		}
		best := float32(0.5)
		for c, p := range s.Scores(row) {
			if p >= best && c < len(out.Groups) {
				best, out.Of[row] = p, byte(c)
			}
		}
	}
	return out
}

// byLabel colours by the label of a class.
func byLabel(s Shown, class string) widgets.Shades {
	out := widgets.Shades{None: "unknown", Of: s.none(), Groups: []widgets.Shade{{Name: "present", Color: widgets.PresentColor}, {Name: "absent", Color: widgets.AbsentColor}}}
	c, ok := s.Table.Class(class)
	for row := 0; ok && row < min(len(out.Of), s.Table.Len()); row++ {
		switch s.Table.Value(row, c) {
		case labels.Present:
			out.Of[row] = 0
		case labels.Absent:
			out.Of[row] = 1
		}
	}
	return out
}

// byScore colours by the score of a class, or by how far it is from the label, where there is one.
func byScore(s Shown, class string, mistake bool) widgets.Shades {
	values := slices.Repeat([]float64{math.NaN()}, s.Images.Len())
	none := "no score"
	if mistake {
		none = "no score or no label"
	}
	c, ok := s.Table.Class(class)
	for row := 0; ok && s.Scores != nil && row < min(len(values), s.Table.Len()); row++ {
		label := s.Table.Value(row, c)
		if mistake && label == labels.Unknown {
			continue
		}
		p := s.Scores(row)
		switch {
		case c >= len(p):
		case mistake:
			values[row] = math.Abs(float64(p[c]) - float64(label))
		default:
			values[row] = float64(p[c])
		}
	}
	return widgets.ScaleOf(values, 0, 1, none, nil)
}

// byAge colours by when images were labelled last: by their order, so that an import and a morning's work are told apart, with
// the times of it in the legend.
func byAge(s Shown) widgets.Shades {
	at := make([]int64, s.Images.Len()) // milliseconds, 0 for never
	var times []int64                   // all different, the oldest first
	for row := range min(len(at), s.Table.Len()) {
		if t := s.Table.LabelledAt(row); !t.IsZero() {
			at[row] = t.UnixMilli()
			times = append(times, at[row])
		}
	}
	slices.Sort(times)
	times = slices.Compact(times)
	values := make([]float64, len(at))
	for row, t := range at {
		values[row] = math.NaN()
		if place, ok := slices.BinarySearch(times, t); ok {
			values[row] = float64(place)
		}
	}
	if len(times) == 0 {
		return widgets.Shades{Of: s.none(), None: "not labelled"}
	}
	last := len(times) - 1
	from, to := time.UnixMilli(times[0]), time.UnixMilli(times[last])
	if last == 0 {
		return widgets.Shades{Of: oneGroup(values), None: "not labelled", Groups: []widgets.Shade{{Name: timeText(from, from, from), Color: widgets.ShadeColor(0)}}}
	}
	return widgets.ScaleOf(values, 0, float64(last), "not labelled", func(v float64) string {
		return timeText(time.UnixMilli(times[int(math.Round(v))]), from, to)
	})
}

// oneGroup has group 0 for each value that is one.
func oneGroup(values []float64) []byte {
	of := make([]byte, len(values))
	for i, v := range values {
		if math.IsNaN(v) {
			of[i] = widgets.NoShade
		}
	}
	return of
}

// timeText is a time as short as tells it apart from others between from and to.
func timeText(t, from, to time.Time) string {
	layout := "2 Jan 15:04"
	switch {
	case to.Sub(from) > 300*24*time.Hour:
		layout = "Jan 2006"
	case to.Sub(from) > 4*24*time.Hour:
		layout = "2 Jan"
	case from.Local().YearDay() == to.Local().YearDay() && to.Sub(from) < 10*time.Minute:
		layout = "15:04:05"
	case from.Local().YearDay() == to.Local().YearDay():
		layout = "15:04"
	}
	return t.Local().Format(layout)
}

// bySubset colours by the folder that images come from, the largest first.
func bySubset(s Shown) widgets.Shades {
	counts := map[string]int{}
	var names []string
	for row := range s.Images.Len() {
		name := s.Images.At(row).Subset
		if counts[name] == 0 {
			names = append(names, name)
		}
		counts[name]++
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	names = names[:min(len(names), widgets.MostShades)]
	out := widgets.Shades{None: "other", Of: s.none()}
	at := map[string]byte{}
	for i, name := range names {
		at[name] = byte(i)
		out.Groups = append(out.Groups, widgets.Shade{Name: cmp.Or(name, "images"), Color: widgets.ShadeColor(i)})
	}
	for row := range out.Of {
		if i, ok := at[s.Images.At(row).Subset]; ok {
			out.Of[row] = i
		}
	}
	return out
}

// bySide colours by what an image is used for.
func bySide(s Shown) widgets.Shades {
	out := widgets.Shades{None: "excluded", Of: s.none(), Groups: []widgets.Shade{{Name: "training", Color: widgets.ShadeColor(0)}, {Name: "held out", Color: widgets.ShadeColor(1)}}}
	for row := range min(len(out.Of), s.Table.Len()) {
		switch {
		case s.Table.Excluded(row):
		case s.Table.Validation(row):
			out.Of[row] = 1
		default:
			out.Of[row] = 0
		}
	}
	return out
}
