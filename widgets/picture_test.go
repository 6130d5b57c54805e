package widgets

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// speckled is an image that does not compress well.
func speckled(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	s := uint32(1)
	for i := range img.Pix {
		s = s*1664525 + 1013904223
		img.Pix[i] = byte(s >> 24)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLightKeepsSmallFilesAndShrinksLargeOnes(t *testing.T) {
	small := pngOf(t, speckled(64, 48))
	kind, out, err := light(small, 100, lightPicture)
	if err != nil || kind != "image/png" || !bytes.Equal(out, small) {
		t.Errorf("a small PNG became %s of %d bytes, %v; want it as it is", kind, len(out), err)
	}
	kind, out, err = light(pngOf(t, speckled(600, 300)), 100, lightPicture)
	if err != nil || kind != "image/jpeg" {
		t.Fatalf("a large PNG became %s, %v; want a JPEG", kind, err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(out))
	if err != nil || config.Width != 100 || config.Height != 50 {
		t.Errorf("it is %dx%d, %v; want 100x50: the longer side at most 100, the shape kept", config.Width, config.Height, err)
	}
}

func TestLightRefusesWhatIsNoImage(t *testing.T) {
	whole := pngOf(t, speckled(300, 300))
	for name, data := range map[string][]byte{"text": []byte("hello"), "nothing": nil, "cut short": whole[:len(whole)/2]} {
		if _, _, err := light(data, 50, 100); err == nil || !strings.HasPrefix(err.Error(), "widgets: ") {
			t.Errorf("%s: error %v; want one that begins widgets:", name, err)
		}
	}
}

// exifJPEG is a JPEG whose EXIF block asks to be turned.
func exifJPEG(t *testing.T, img image.Image, turn uint16, order binary.ByteOrder) []byte {
	t.Helper()
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	mark := "II*\x00"
	if order == binary.BigEndian {
		mark = "MM\x00*"
	}
	var block bytes.Buffer
	block.WriteString("Exif\x00\x00" + mark)
	for _, v := range []any{uint32(8), uint16(2), uint16(0x010f), uint16(2), uint32(1), uint32(0), uint16(0x0112), uint16(3), uint32(1), turn, uint16(0), uint32(0)} {
		binary.Write(&block, order, v)
	}
	out := []byte{0xff, 0xd8, 0xff, 0xe1, byte((block.Len() + 2) >> 8), byte(block.Len() + 2)}
	return append(append(out, block.Bytes()...), plain.Bytes()[2:]...)
}

// The eight orientations of the letters abc/def; Pillow 9.4 ImageOps.exif_transpose gives the same.
var upright = []string{"abc/def", "cba/fed", "fed/cba", "def/abc", "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad"}

func TestTurnedPutsEveryOrientationUpright(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 3, 2))
	for i, letter := range "abcdef" {
		img.SetRGBA(i%3, i/3, color.RGBA{byte(letter), 0, 0, 255})
	}
	for i, want := range upright {
		out := turned(img, i+1)
		var lines []string
		for y := range out.Rect.Dy() {
			line := ""
			for x := range out.Rect.Dx() {
				line += string(rune(out.RGBAAt(x, y).R))
			}
			lines = append(lines, line)
		}
		if got := strings.Join(lines, "/"); got != want {
			t.Errorf("orientation %d: %s; want %s", i+1, got, want)
		}
	}
}

func TestOrientationIsReadFromBothByteOrders(t *testing.T) {
	img := speckled(30, 20)
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for turn := uint16(1); turn <= 8; turn++ {
			if got := orientation(exifJPEG(t, img, turn, order)); got != int(turn) {
				t.Errorf("%v: orientation %d; want %d", order, got, turn)
			}
		}
	}
	whole := exifJPEG(t, img, 6, binary.BigEndian)
	for n := range len(whole) { // cut anywhere: no panic, and never a turn that is not there
		if got := orientation(whole[:n]); got != 1 && got != 6 {
			t.Errorf("cut at %d: orientation %d", n, got)
		}
	}
	if got := orientation(exifJPEG(t, img, 9, binary.BigEndian)); got != 1 {
		t.Errorf("orientation 9 does not exist, got %d; want 1", got)
	}
}

func TestPictureTurnsWhatItShrinks(t *testing.T) {
	src, err := picture(exifJPEG(t, speckled(400, 200), 6, binary.LittleEndian), 80)
	if err != nil {
		t.Fatal(err)
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(src, "data:image/jpeg;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width != 40 || config.Height != 80 {
		t.Errorf("it is %dx%d, %v; want 40x80, upright", config.Width, config.Height, err)
	}
}
