package imageset

import (
	"bytes"
	"encoding/binary"

	"github.com/gopatchwork/patchwork/patchwork/imageset/tiff"
)

// orientationTag is the number of the TIFF/EXIF field that says how the camera was held.
const orientationTag = 0x0112

// orientation returns the EXIF orientation of an encoded image, 1 to 8; 1 (upright) when it has none or a malformed
// one, which viewers ignore as well. It reads the Exif segment of a JPEG, the eXIf chunk of a PNG, the EXIF chunk of
// a WebP and the first page of a TIFF.
//
// Source: Exif 2.32 (CIPA DC-008-2019), 4.6.4 A; PNG third edition, 11.3.3.6; RFC 9649 section 2.7.
func orientation(data []byte, f format) int {
	var exif []byte
	switch f {
	case formatJPEG:
		exif = jpegExif(data)
	case formatPNG:
		exif = pngExif(data)
	case formatWebP:
		exif, _ = riffChunk(data, "EXIF")
		exif = bytes.TrimPrefix(exif, []byte("Exif\x00\x00")) // some writers copy it from a JPEG
	case formatTIFF:
		if file, err := tiff.Open(bytes.NewReader(data), int64(len(data))); err == nil {
			return file.Images[0].Orientation
		}
		return 1
	}
	if at, order := ifdField(exif, orientationTag); at > 0 {
		if v := int(order.Uint16(exif[at+8:])); v >= 1 && v <= 8 {
			return v
		}
	}
	return 1
}

// jpegExif returns the TIFF structure in the first Exif segment before the picture, or nil.
func jpegExif(data []byte) []byte {
	for p := 2; p+4 <= len(data) && data[p] == 0xff; {
		marker := data[p+1]
		if marker == 0xff { // fill byte
			p++
			continue
		}
		size := int(binary.BigEndian.Uint16(data[p+2:]))
		if marker == 0xda || marker == 0xd9 || size < 2 || p+2+size > len(data) {
			return nil
		}
		segment := data[p+4 : p+2+size]
		if exif, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return exif
		}
		p += 2 + size
	}
	return nil
}

// pngExif returns the eXIf chunk, or nil.
func pngExif(data []byte) []byte {
	for p := 8; p+12 <= len(data); {
		size := int(binary.BigEndian.Uint32(data[p:]))
		if size > len(data)-p-12 {
			return nil
		}
		if string(data[p+4:p+8]) == "eXIf" {
			return data[p+8 : p+8+size]
		}
		p += 12 + size
	}
	return nil
}

// riffChunk returns the body of the first chunk of a RIFF file with this name, and where the body begins; nil if
// there is none.
func riffChunk(data []byte, name string) (body []byte, at int) {
	for p := 12; p+8 <= len(data); {
		size := int(binary.LittleEndian.Uint32(data[p+4:]))
		if size > len(data)-p-8 {
			return nil, 0
		}
		if string(data[p:p+4]) == name {
			return data[p+8 : p+8+size], p + 8
		}
		p += 8 + size + size&1
	}
	return nil, 0
}

// ifdField returns where the 12 bytes of a field in the first directory of a TIFF structure begin, and the byte order;
// 0 if the structure is malformed or lacks the field.
func ifdField(tiff []byte, tag uint16) (at int, order binary.ByteOrder) {
	if len(tiff) < 8 {
		return 0, nil
	}
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0, nil
	}
	dir := int(order.Uint32(tiff[4:]))
	if dir < 8 || dir > len(tiff)-2 {
		return 0, nil
	}
	at = dir + 2
	for range order.Uint16(tiff[dir:]) {
		if at+12 > len(tiff) {
			return 0, nil
		}
		if order.Uint16(tiff[at:]) == tag {
			return at, order
		}
		at += 12
	}
	return 0, nil
}
