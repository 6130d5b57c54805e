package agreement

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Repeat is how one person's labels in blind repeats compare with what Of had said before. Where Of is herself, it is
// her agreement with herself. A class that she sets again within an hour was corrected: the last value counts.
type Repeat struct {
	Annotator string `json:"annotator"`
	Of        string `json:"of"`
	Agreement Figure `json:"agreement"` // over all classes: labels that are as before
	Kappa     Figure `json:"kappa"`     // over all classes, Cohen's
	Classes   []Pair `json:"classes"`   // one for each class of the project, with what Of said first
}

// repeated compares what was labelled blindly with what was there before, of rows that are not excluded.
func (v *View) repeated(b bootstrap) []Repeat {
	type couple struct{ by, of *Person }
	groups := map[couple][]repeat{}
	for _, r := range v.repeats {
		if r.second != labels.Unknown && !v.table.Excluded(int(r.row)) {
			c := couple{r.by, r.of}
			groups[c] = append(groups[c], r)
		}
	}
	out := []Repeat{}
	for _, c := range slices.SortedFunc(maps.Keys(groups), func(a, b couple) int {
		return cmp.Or(strings.Compare(a.by.Name, b.by.Name), strings.Compare(a.of.Name, b.of.Name))
	}) {
		r := v.consistency(b, groups[c])
		r.Annotator, r.Of = c.by.Name, c.of.Name
		for class, name := range v.table.Classes() {
			var table [2][2]int
			for _, x := range groups[c] {
				if int(x.class) == class {
					table[x.first][x.second]++
				}
			}
			r.Classes = append(r.Classes, compare(b, "repeat\x00"+name, c.of.Name, c.by.Name, table, noRepeats))
		}
		out = append(out, r)
	}
	return out
}

// consistency computes the figures over all classes; images are drawn with all their classes.
func (v *View) consistency(b bootstrap, repeats []repeat) Repeat {
	tables := map[int32][4]float64{} // by row
	var rows []int32
	for _, r := range repeats {
		t, ok := tables[r.row]
		if !ok {
			rows = append(rows, r.row)
		}
		t[2*r.first+r.second]++
		tables[r.row] = t
	}
	images := make([][4]float64, len(rows))
	for i, row := range rows {
		images[i] = tables[row]
	}
	kinds, counts := group(images)
	figure := func(name string, of func(t [4]float64) float64) Figure {
		return b.figure(name+"\x00"+repeats[0].by.Name+"\x00"+repeats[0].of.Name, oneValue, counts, func(w []float64) float64 {
			var total [4]float64
			for i, k := range kinds {
				for j, n := range k {
					total[j] += w[i] * n
				}
			}
			return of(total)
		})
	}
	return Repeat{
		Agreement: figure("repeat", func(t [4]float64) float64 { return (t[0] + t[3]) / (t[0] + t[1] + t[2] + t[3]) }),
		Kappa:     figure("repeat kappa", func(t [4]float64) float64 { return Cohen([][]float64{t[:2], t[2:]}) }),
	}
}
