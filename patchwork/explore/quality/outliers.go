package quality

import (
	"cmp"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// Outlier is a row and how far it is from those most like it.
type Outlier struct {
	Row      int
	Distance float64 // mean of 1 - cosine to its neighbours, 0 to 2
}

// Outliers orders the rows of a graph by the mean distance to their neighbours, the farthest first, of equal ones the lower
// row. Rows without neighbours are left out.
//
// Source: Angiulli and Pizzuti 2002, "Fast Outlier Detection in High Dimensional Spaces" (weight), by cosine distance.
func Outliers(g *explore.Graph) []Outlier {
	var list []Outlier
	for row := range g.N {
		_, cosine := g.Of(row)
		if len(cosine) == 0 {
			continue
		}
		sum := 0.0
		for _, c := range cosine {
			sum += 1 - float64(c)
		}
		list = append(list, Outlier{row, sum / float64(len(cosine))})
	}
	slices.SortFunc(list, func(a, b Outlier) int {
		return cmp.Or(cmp.Compare(b.Distance, a.Distance), cmp.Compare(a.Row, b.Row))
	})
	return list
}
