#!/bin/sh
# Controle van een uitgepakte bewijsbundel. Nodig: sh, sha256sum (of shasum); voor tijdstempels openssl. Geen netwerk.
# Gebruik: sh controleer.sh [map met stamcertificaten van tijdstempeldiensten, .pem]
LC_ALL=C; export LC_ALL
wortels=
if [ -n "$1" ]; then wortels=$(cd "$1" && pwd) || exit 2; fi
cd "$(dirname "$0")" || exit 2
fout=0
goed() { echo "goed: $1"; }
mis() { echo "FOUT: $1"; fout=1; }
som() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
tijdelijk=$(mktemp -d) || exit 2
trap 'rm -rf "$tijdelijk"' EXIT

# 1. Alleen gewone bestanden en mappen: geen koppelingen, geen vreemde namen.
if [ -n "$(find . ! -type f ! -type d)" ]; then mis "er is een koppeling of een ander vreemd bestand"; else goed "geen koppelingen"; fi
find . -type f | sed 's#^\./##' | sort > "$tijdelijk/aanwezig"
if grep -qv '^[A-Za-z0-9._/-]*$' "$tijdelijk/aanwezig"; then mis "een bestandsnaam bevat vreemde tekens"; fi

# 2. De lijst heeft op elke regel 64 kleine hexadecimale tekens, twee spaties en een naam, op volgorde.
if grep -qv '^[0-9a-f]\{64\}  [A-Za-z0-9._/-]\{1,\}$' manifest-sha256.txt; then mis "manifest-sha256.txt heeft een vreemde regel"; fi
sed 's/^[0-9a-f]*  //' manifest-sha256.txt > "$tijdelijk/volgorde"
if ! sort -c "$tijdelijk/volgorde" 2>/dev/null; then mis "manifest-sha256.txt staat niet op volgorde"; fi

# 3. Elk bestand staat precies een keer op de lijst, en elk bestand van de lijst is er.
{ cat "$tijdelijk/volgorde"; echo manifest-sha256.txt; } | sort > "$tijdelijk/vermeld"
if cmp -s "$tijdelijk/aanwezig" "$tijdelijk/vermeld"; then goed "alle bestanden staan een keer op de lijst"
else mis "onvermeld, ontbrekend of dubbel: $(comm -3 "$tijdelijk/aanwezig" "$tijdelijk/vermeld" | head -3 | tr '\n' ' ')"; fi

# 4. Elk controlegetal klopt.
if som -c manifest-sha256.txt >/dev/null 2>&1; then goed "$(wc -l < manifest-sha256.txt | tr -d ' ') controlegetallen"
else mis "gewijzigd: $(som -c manifest-sha256.txt 2>/dev/null | grep -v ': OK$' | head -3 | tr '\n' ' ')"; fi

# 5. Elk tijdstempel hoort bij de vastlegging in dezelfde map, en leidt naar een vertrouwd stamcertificaat.
stempels=0
for stempel in vastleggingen/*/tijdstempel-*.tsr; do
  [ -f "$stempel" ] || continue
  stempels=$((stempels + 1))
  tekst=$(openssl ts -reply -in "$stempel" -text 2>/dev/null)
  tijd=$(printf '%s\n' "$tekst" | sed -n 's/^Time stamp: //p')
  verwacht=$(som "$(dirname "$stempel")/vastlegging.json" | cut -c1-64)
  gekregen=$(printf '%s\n' "$tekst" | sed -n '/^Message data:/,/^Serial number:/s/^ *[0-9a-f]\{4\} - \(.\{47\}\).*/\1/p' | tr -d ' \n-')
  if [ "$verwacht" != "$gekregen" ]; then mis "$stempel gaat over iets anders"; continue; fi
  if [ -z "$wortels" ]; then goed "$stempel past bij de vastlegging ($tijd); herkomst niet gecontroleerd"; continue; fi
  cat "$wortels"/*.pem > "$tijdelijk/wortels.pem"
  seconden=$(date -ud "$tijd" +%s 2>/dev/null || date -juf '%b %e %T %Y GMT' "$tijd" +%s 2>/dev/null)
  if openssl ts -verify -data "$(dirname "$stempel")/vastlegging.json" -in "$stempel" -CAfile "$tijdelijk/wortels.pem" \
      ${seconden:+-attime "$seconden"} >/dev/null 2>&1
  then goed "$stempel is van een vertrouwde dienst: $tijd"; else mis "$stempel is niet van een vertrouwde dienst"; fi
done
if [ "$stempels" = 0 ]; then echo "LET OP: er is geen tijdstempel; dit bewijst alleen samenhang, geen tijdstip"
elif [ -z "$wortels" ]; then echo "LET OP: zonder stamcertificaten bewijst dit alleen samenhang, geen herkomst van de tijd"; fi
if [ "$fout" = 0 ]; then echo "UITSLAG: IN ORDE"; else echo "UITSLAG: NIET IN ORDE"; fi
exit "$fout"
