package augment

import (
	"image"
	"slices"
	"testing"
)

func TestCropLeavesItsSource(t *testing.T) {
	pl, err := RandomResizedCrop{}.New(FalconCho(), image.Pt(24, 20))
	if err != nil {
		t.Fatal(err)
	}
	src := picture(40, 30)
	before := slices.Clone(src.Pix)
	var dst, again Image
	for i := range 30 {
		pl.Apply(&dst, src, Key{Index: uint64(i)})
		pl.Apply(&again, src, Key{Index: uint64(i)})
		if !slices.Equal(src.Pix, before) || !slices.Equal(dst.Pix, again.Pix) {
			t.Fatalf("draw %d changes the source, or differs when repeated", i)
		}
	}
	if _, err := (RandomResizedCrop{Scale: [2]float64{0.5, 2}}).New(Params{}, image.Pt(8, 8)); err == nil {
		t.Error("scale up to 2 gives no error")
	}
}
