package tiff

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
)

// escapes are undone a second time, as GDAL writes names so.
var escapes = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&")

// readGDAL reads the fields that GDAL adds: the value that means "not measured" and the names of bands. A malformed one
// is ignored, as GDAL does.
func (m *Image) readGDAL(d *directory) error {
	text, err := d.text(tagGDALNoData, 256)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		m.NoData, m.HasNoData = v, true
		if lim := math.MaxFloat32; m.Format == Float && m.Bits == 32 && math.Abs(v) > lim && math.Abs(v) < lim*1.0001 {
			m.NoData = math.Copysign(lim, v) // the extreme, written with a few digits
		}
	}
	text, err = d.text(tagGDALMetadata, maxText)
	if err != nil {
		return err
	}
	var meta struct {
		Items []struct {
			Name   string `xml:"name,attr"`
			Sample string `xml:"sample,attr"`
			Role   string `xml:"role,attr"`
			Text   string `xml:",chardata"`
		} `xml:"Item"`
	}
	if text == "" || xml.Unmarshal([]byte(text), &meta) != nil {
		return nil
	}
	for _, item := range meta.Items {
		i, err := strconv.Atoi(item.Sample)
		if item.Name != "DESCRIPTION" || item.Role != "description" || err != nil || i < 0 || i >= m.samples {
			continue
		}
		if m.Names == nil {
			if err := d.p.charge(16 * int64(m.samples)); err != nil {
				return err
			}
			m.Names = make([]string, m.samples)
		}
		m.Names[i] = escapes.Replace(item.Text)
	}
	return nil
}
