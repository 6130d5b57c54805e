package contrast

import (
	"fmt"
	"image"
	"strconv"
	"strings"
)

// Look is how a person wants to see a picture: what the image grid appends to an address.
type Look struct {
	Contrast string // "", "stretch" or "clahe"
	Bands    []int  // bands that become the channels, counted from 1; one or three. None means those that the project reads
}

// Contrasts are the names of the contrasts there are, beside none.
var Contrasts = []string{"stretch", "clahe"}

const maxBand = 1 << 16

// ParseLook reads the parameters contrast ("stretch", "clahe", "none" or "") and bands ("3,2,1") of an address. Its
// errors name what was found and what is wanted.
func ParseLook(contrast, bands string) (Look, error) {
	var l Look
	switch contrast {
	case "", "none":
	case "stretch", "clahe":
		l.Contrast = contrast
	default:
		return Look{}, errorf("contrast is %.40q; want none, stretch or clahe", contrast)
	}
	if bands == "" {
		return l, nil
	}
	parts := strings.SplitN(bands, ",", 4)
	if len(parts) != 1 && len(parts) != 3 {
		return Look{}, errorf("bands are %.40q; want one or three numbers, such as 3,2,1", bands)
	}
	for _, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > maxBand || strconv.Itoa(n) != part {
			return Look{}, errorf("a band is %.40q; want a number from 1 to %d", part, maxBand)
		}
		l.Bands = append(l.Bands, n)
	}
	return l, nil
}

// String is a name that equal looks share, for caches: "" for a picture as it is.
func (l Look) String() string {
	parts := make([]string, len(l.Bands))
	for i, b := range l.Bands {
		parts[i] = strconv.Itoa(b)
	}
	if l.Contrast == "" && len(parts) == 0 {
		return ""
	}
	return l.Contrast + "-" + strings.Join(parts, ",")
}

// Apply changes the contrast of a picture in place. The bands are the reader's business: they must be chosen already.
func (l Look) Apply(pix []float32, width, height, channels int) error {
	switch l.Contrast {
	case "stretch":
		return Stretch(pix, width, height, channels, StretchOptions{})
	case "clahe":
		return CLAHE(pix, width, height, channels, CLAHEOptions{})
	}
	return nil
}

// Picture is the picture as image/png and image/jpeg take it: grey for one channel.
func Picture(pix []float32, width, height, channels int) (image.Image, error) {
	if err := check(pix, width, height, channels); err != nil {
		return nil, err
	}
	if channels == 1 {
		out := image.NewGray(image.Rect(0, 0, width, height))
		for i, v := range pix {
			out.Pix[i] = byteOf(v)
		}
		return out, nil
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		p := pix[3*i : 3*i+3]
		out.Pix[4*i], out.Pix[4*i+1], out.Pix[4*i+2], out.Pix[4*i+3] = byteOf(p[0]), byteOf(p[1]), byteOf(p[2]), 255
	}
	return out, nil
}

// byteOf rounds a value in [0, 1]; what is beyond is cut off, and NaN is 0.
func byteOf(v float32) uint8 {
	if !(v > 0) {
		return 0
	}
	return uint8(min(v, 1)*255 + 0.5)
}

func check(pix []float32, width, height, channels int) error {
	if channels != 1 && channels != 3 {
		return errorf("the picture has %d channels; want 1 or 3", channels)
	}
	if width < 1 || height < 1 || len(pix)/channels/width != height || len(pix) != width*height*channels {
		return errorf("%d numbers are no picture of %d × %d with %d channels", len(pix), width, height, channels)
	}
	return nil
}

func errorf(format string, args ...any) error { return fmt.Errorf("contrast: "+format, args...) }
