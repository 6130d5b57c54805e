package studio

import (
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// bandsView is a choice of bands that become the colours of a picture. The first choice of a list is what the project reads.
type bandsView struct {
	Name  string `json:"name"`
	Bands []int  `json:"bands,omitempty"` // one, or three: red, green, blue; counted from 1
}

// mostBands is of how many bands each can be looked at alone.
const mostBands = 32

// bandsOf are the choices of bands: those of the project's settings, for four and more false colours, and each band alone.
// The first image that can be used stands for all. Pictures of three bands have no choice.
func bandsOf(reader *imageset.Reader) []bandsView {
	for row := range reader.Index.Len() {
		if !reader.Index.Usable(row) {
			continue
		}
		n, err := reader.Bands(row)
		if err != nil || n < 4 {
			return nil
		}
		list := []bandsView{{Name: "as read"}}
		for _, c := range []bandsView{{"1, 2, 3", []int{1, 2, 3}}, {"3, 2, 1", []int{3, 2, 1}}, {"4, 3, 2", []int{4, 3, 2}}} {
			if !slices.Equal(reader.Input.Bands, c.Bands) {
				list = append(list, c)
			}
		}
		for b := range min(n, mostBands) {
			list = append(list, bandsView{fmt.Sprintf("band %d", b+1), []int{b + 1}})
		}
		return list
	}
	return nil
}
