package imageset

import (
	"image"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestReadIntoIsWhatBatchesHold(t *testing.T) {
	_, r := plain(t, 5)
	dst := make([]float32, 3*6*4)
	for b, err := range r.Batches(t.Context(), []int{4, 2}, image.Pt(6, 4), 1, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if err := r.ReadInto(dst, b.Rows[0], Resize{Size: Size{6, 4}}); err != nil || !slices.Equal(dst, b.Pix) {
			t.Errorf("row %d: %v, or other values than in a batch", b.Rows[0], err)
		}
	}
	if err := os.Remove(r.Path(3)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		row  int
		size Size
		want string
	}{
		{5, Size{6, 4}, "imageset: row 5 does not exist; want 0 to 4"},
		{0, Size{6, 5}, "imageset: a picture of 6 x 5 pixels has 90 values and the place for it 72"},
		{0, Size{0, 5}, "imageset.Resize: size is 0 x 5"},
		{3, Size{6, 4}, "imageset: ../photos/d.png: file vanished; scan the images again"},
	} {
		if err := r.ReadInto(dst, tt.row, Resize{Size: tt.size}); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("row %d at %v: got %v, want %s", tt.row, tt.size, err, tt.want)
		}
	}
}
