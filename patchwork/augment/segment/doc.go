// Package segment cuts images into segments and draws the segments that two views of an image share.
//
// A Map gives every pixel the number of its segment: 0 to N-1 in the order in which the segments begin, row by row. A
// negative number is no segment; a view has it where a crop or a turn shows what lies outside of the image.
//
// Felzenszwalb finds segments of like colour, Grid cuts into rectangles. Draw picks some of those that both views of a
// pair show, as DetCon contrasts them, and Report counts over many images how often that goes wrong.
//
// The package imports no other package of patchwork.
package segment

// None is the number of no segment.
const None = -1

// Map holds the segments of an image or of a view of it.
type Map struct {
	W, H   int
	N      int     // segments are numbered 0 to N-1; a view need not show all
	Labels []int32 // [H, W], row-major; negative where there is no segment
}

// Areas counts the pixels of each segment. Labels of N and above are not counted.
func (m Map) Areas() []int {
	areas := make([]int, max(m.N, 0))
	for _, l := range m.Labels {
		if l >= 0 && int(l) < m.N {
			areas[l]++
		}
	}
	return areas
}
