package jpeg

import (
	"bytes"
	"encoding/binary"
	"io"
)

// Markers. Source: ITU-T T.81, table B.1.
const (
	baseline      = 0xc0
	extended      = 0xc1
	progressive   = 0xc2
	huffmanTables = 0xc4
	firstRestart  = 0xd0
	lastRestart   = 0xd7
	startOfImage  = 0xd8
	endOfImage    = 0xd9
	startOfScan   = 0xda
	quantTables   = 0xdb
	interval      = 0xdd
	app0          = 0xe0
	app14         = 0xee
	app15         = 0xef
	comment       = 0xfe
)

// segments walks over the file from marker to marker and keeps what the segments say.
type segments struct {
	data []byte
	at   int // of the next byte

	body     []byte // of the last segment
	frame    frame
	dc, ac   [4]*table
	quant    [4]*[64]uint16 // in zigzag order
	restart  int            // MCUs between two restart markers, or 0
	jfif     bool
	adobeRGB bool // what is not marked as YCbCr
}

// next reads segments up to a scan or the end of the picture and returns its marker. The header of a scan is then body,
// and its data begins at at.
func (s *segments) next() (marker byte, err error) {
	for {
		if marker, err = s.marker(); err != nil || marker == endOfImage {
			return marker, err
		}
		if len(s.data)-s.at < 2 {
			return 0, io.ErrUnexpectedEOF
		}
		n := int(binary.BigEndian.Uint16(s.data[s.at:]))
		if n < 2 {
			return 0, FormatError("short segment length")
		}
		if len(s.data)-s.at < n {
			return 0, io.ErrUnexpectedEOF
		}
		s.body = s.data[s.at+2 : s.at+n]
		s.at += n
		switch {
		case marker == startOfScan:
			return marker, nil
		case baseline <= marker && marker <= progressive:
			err = s.readFrame(marker)
		case marker == huffmanTables:
			err = s.readHuffman()
		case marker == quantTables:
			err = s.readQuant()
		case marker == interval:
			if len(s.body) != 2 {
				return 0, FormatError("DRI has wrong length")
			}
			s.restart = int(binary.BigEndian.Uint16(s.body))
		case marker == app0:
			s.jfif = bytes.HasPrefix(s.body, []byte("JFIF\x00"))
		case marker == app14:
			if len(s.body) >= 12 && bytes.HasPrefix(s.body, []byte("Adobe")) {
				s.adobeRGB = s.body[11] == 0
			}
		case app0 < marker && marker <= app15, marker == comment:
		case marker < baseline:
			err = FormatError("unknown marker")
		default: // other kinds of frames among them
			err = ErrUnsupported
		}
		if err != nil {
			return 0, err
		}
	}
}

// marker finds the next marker that is not a restart. What lies before it is left over and passed over.
func (s *segments) marker() (byte, error) {
	for {
		i := bytes.IndexByte(s.data[s.at:], 0xff)
		if i < 0 {
			s.at = len(s.data)
			return 0, io.ErrUnexpectedEOF
		}
		for s.at += i; s.at < len(s.data) && s.data[s.at] == 0xff; { // fill bytes
			s.at++
		}
		if s.at == len(s.data) {
			return 0, io.ErrUnexpectedEOF
		}
		m := s.data[s.at]
		s.at++
		if m != 0 && (m < firstRestart || m > lastRestart) {
			return m, nil
		}
	}
}

func (s *segments) readQuant() error {
	for b := s.body; len(b) > 0; {
		size, to := 64<<(b[0]>>4), b[0]&15
		if b[0]>>4 > 1 || to > 3 {
			return FormatError("bad quantisation table")
		}
		if b = b[1:]; len(b) < size {
			return FormatError("DQT has wrong length")
		}
		q := new([64]uint16)
		for i := range q {
			if size == 64 {
				q[i] = uint16(b[i])
			} else {
				q[i] = binary.BigEndian.Uint16(b[2*i:])
			}
		}
		s.quant[to], b = q, b[size:]
	}
	return nil
}

// isRGB says whether the three components are red, green and blue.
//
// Source: ITU-T T.872, 6.5.3; the names R, G and B are a habit of writers, and a JFIF file is always YCbCr.
func (s *segments) isRGB() bool {
	c := s.frame.components
	return !s.jfif && len(c) == 3 && (s.adobeRGB || c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B')
}
