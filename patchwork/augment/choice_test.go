package augment

import (
	"image"
	"slices"
	"testing"
)

func TestChoices(t *testing.T) {
	src := picture(20, 30)
	rand2, err := RandAugment(2, 9, image.Pt(30, 20))
	if err != nil {
		t.Fatal(err)
	}
	trivial, err := TrivialAugmentWide(image.Pt(30, 20))
	if err != nil {
		t.Fatal(err)
	}
	for _, pl := range []*Pipeline{rand2, trivial} {
		same := 0
		var dst Image
		for i := range 2000 {
			if err := pl.Apply(&dst, src, Key{Index: uint64(i)}); err != nil {
				t.Fatal(err)
			}
			if slices.Equal(dst.Pix, src.Pix) {
				same++
			}
		}
		if same == 0 || same > 1000 {
			t.Errorf("%d of 2000 pictures are unchanged", same)
		}
	}
	if _, err := RandAugment(2, 31, image.Pt(8, 8)); err == nil {
		t.Error("magnitude 31 gives no error")
	}
}
