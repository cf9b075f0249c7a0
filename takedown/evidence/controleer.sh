#!/bin/sh
# Controle van een uitgepakte bewijsbundel. Nodig: sh met de gewone hulpmiddelen, en openssl voor tijdstempels. Geen netwerk.
# Gebruik: sh controleer.sh [map met stamcertificaten van tijdstempeldiensten (.pem), of -] [map van de bundel]
# De stappen zijn die van `handenaf verify` en van controleer.html, onder dezelfde nummers.
LC_ALL=C; export LC_ALL
wortels=
if [ -n "$1" ] && [ "$1" != - ]; then wortels=$(cd "$1" && pwd) || exit 2; fi
cd "${2:-$(dirname "$0")}" || exit 2
t=$(mktemp -d) || exit 2
trap 'rm -rf "$t"' EXIT
fout=0
mis() { printf '%s\n' "$1" >> "$t/problemen"; }
ook() { printf '%s\n' "$1" >> "$t/opmerkingen"; }
regels() { tr -c '\n -~' '?' | sed 's/^/   - /'; } # wat uit de bundel komt kan tekens hebben die een scherm besturen
slot() { # nummer, titel: zeg wat deze stap vond
  if [ -s "$t/problemen" ]; then echo "$1. FOUT: $2"; sed 20q "$t/problemen" | regels; fout=1; else echo "$1. goed: $2"; fi
  regels < "$t/opmerkingen"
  : > "$t/problemen"; : > "$t/opmerkingen"
}
if command -v sha256sum > /dev/null; then S=sha256sum; else S='shasum -a 256'; fi
getal() { $S "$@" | cut -c1-64; }
gehasht() { # map: de controlegetallen van alles erin, in een keer; + in een naam staat voor /
  (cd "$1" && find . -type f | sed 's#^\./##' | sort | xargs $S < /dev/stdin) 2>/dev/null | tr + /
}
: > "$t/problemen"; : > "$t/opmerkingen"

# JSON in de vorm waarin onze bestanden geschreven zijn, plat: "pad<TAB>waarde", pad met / ertussen. Faalt als de vorm niet klopt.
TEKEN='"([^"\\]|\\["\\bfnrt]|\\u00[01][0-9a-f])*"|[][{}:,]|-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[-+][0-9]+)?|true|false|null'
plat() {
  [ -f "$1" ] || return 1
  [ "$(wc -l < "$1")" -eq 1 ] && [ -z "$(tail -c 1 "$1" | tr -d '\n')" ] || return 1
  tr -d '\001-\011\013-\037' < "$1" | cmp -s - "$1" || return 1
  grep -oE "$TEKEN" "$1" > "$t/tekens" || return 1
  { tr -d '\n' < "$t/tekens"; echo; } | cmp -s - "$1" || return 1
  awk '
    function stop() { slecht = 1; exit 1 }
    function waarde(v,  i, p) { p = ""; for (i = 1; i <= d; i++) p = p (i > 1 ? "/" : "") (soort[i] == "{" ? naam[i] : nr[i]); print p "\t" v }
    function klaar() { if (d == 0) verwacht = "einde"; else verwacht = ",}" }
    BEGIN { verwacht = "waarde"; d = 0 }
    {
      k = substr($0, 1, 1)
      if (verwacht == "einde") stop()
      if (verwacht == "naam" || (verwacht == "naam}" && $0 != "}")) {
        if (k != "\"") stop()
        n = substr($0, 2, length($0) - 2)
        if (heeft[d] && !(naam[d] "" < n "")) stop()
        naam[d] = n; heeft[d] = 1; verwacht = ":"
      } else if (verwacht == ":") { if ($0 != ":") stop(); verwacht = "waarde" }
      else if (verwacht == ",}") {
        if ($0 == ",") { if (soort[d] == "{") verwacht = "naam"; else { nr[d]++; verwacht = "waarde" } }
        else if ((soort[d] == "{" && $0 == "}") || (soort[d] == "[" && $0 == "]")) { d--; klaar() }
        else stop()
      }
      else if ($0 == "}" && verwacht == "naam}") { d--; klaar() }
      else if ($0 == "]" && verwacht == "waarde]") { d--; klaar() }
      else if ($0 == "{") { d++; soort[d] = "{"; heeft[d] = 0; naam[d] = ""; verwacht = "naam}" }
      else if ($0 == "[") { d++; soort[d] = "["; nr[d] = 0; verwacht = "waarde]" }
      else if (index("]}:,", k)) stop()
      else { waarde($0); klaar() }
    }
    END { if (slecht || verwacht != "einde") exit 1 }' "$t/tekens"
}
veld() { awk -F '\t' -v p="$2" '$1 == p { print substr($0, length(p) + 2); exit }' "$1" | sed 's/^"\(.*\)"$/\1/'; }

# 1. Alleen gewone bestanden en mappen met gewone namen.
[ -z "$(find . ! -type f ! -type d)" ] || mis "er is een koppeling of een ander vreemd bestand"
find . -type f | sed 's#^\./##' | sort > "$t/aanwezig"
if grep -qvE '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,3}$' "$t/aanwezig"; then mis "een bestandsnaam zoals geen bundel heeft"; fi
slot 1 "leesbaar, alleen gewone bestanden"

# 2. De drie lijsten: op elke regel 64 kleine hexadecimale tekens, twee spaties en een naam; op volgorde, geen naam dubbel.
: > "$t/vermeld"; : > "$t/lijsten"
lijst() { # bestand, patroon van namen die erop mogen
  if [ ! -f "$1" ]; then mis "$1 ontbreekt"; return; fi
  if grep -qvE '^[0-9a-f]{64}  [A-Za-z0-9._/-]+$' "$1" || { [ -s "$1" ] && [ -n "$(tail -c 1 "$1" | tr -d '\n')" ]; }; then mis "$1 heeft een vreemde regel"; fi
  if [ "$(tr -d '\000' < "$1" | wc -c)" -ne "$(wc -c < "$1")" ]; then mis "$1 heeft een vreemde regel"; fi
  sed 's/^[0-9a-f]\{64\}  //' "$1" > "$t/namen"
  sort -cu "$t/namen" 2>/dev/null || mis "$1 staat niet op volgorde, of een naam staat er twee keer op"
  if grep -qvE "$2" "$t/namen"; then mis "$1 noemt een bestand dat daar niet hoort"; fi
  cat "$t/namen" >> "$t/vermeld"; cat "$1" >> "$t/lijsten"
}
lijst manifest-sha256.txt '^data/.'
lijst tagmanifest-sha256.txt '^[^/]+$'
if grep -q '  tagmanifest-sha256.txt' tagmanifest-sha256.txt 2>/dev/null; then mis "tagmanifest-sha256.txt noemt zichzelf"; fi
lijst tijdstempels/lijst.txt '^(tagmanifest-sha256\.txt|tijdstempels/[^/]+)$'
if grep -q '  tijdstempels/lijst.txt' tijdstempels/lijst.txt 2>/dev/null; then mis "tijdstempels/lijst.txt noemt zichzelf"; fi
slot 2 "de lijsten hebben de goede vorm"

# 3. Elk bestand staat op precies een lijst; alleen de laatste lijst staat op geen.
{ cat "$t/vermeld"; echo tijdstempels/lijst.txt; } | sort > "$t/alles"
cmp -s "$t/aanwezig" "$t/alles" || mis "onvermeld, ontbrekend of dubbel: $({ comm -3 "$t/aanwezig" "$t/alles"; uniq -d "$t/alles"; } | sed 3q | tr '\n' ' ')"
for naam in LEESMIJ.txt bag-info.txt bagit.txt controleer.html controleer.ps1 controleer.sh data/geopend.txt data/logboek/regels.txt \
    data/toezeggingen.txt data/zaak.json manifest-sha256.txt rapport.pdf tagmanifest-sha256.txt tijdstempels/lijst.txt; do
  [ -f "$naam" ] || mis "elke bundel heeft $naam"
done
slot 3 "elk bestand staat op precies één lijst"

# 4. Elk controlegetal klopt. De getallen worden hier een keer uitgerekend; latere stappen gebruiken ze ook.
find . -type f | sed 's#^\./##' | grep -E '^[A-Za-z0-9._/-]+$' | sort > "$t/gewoon"
if [ -s "$t/gewoon" ]; then xargs $S < "$t/gewoon" | sort > "$t/echt-alles"; fi
hash_van() { awk -v n="$1" 'substr($0, 67) == n { print $1; exit }' "$t/echt-alles"; }
sort -u "$t/lijsten" | comm -23 - "$t/echt-alles" | cut -c67- | while IFS= read -r naam; do if [ -f "$naam" ]; then echo "gewijzigd: $naam"; fi; done >> "$t/problemen"
slot 4 "$(wc -l < "$t/lijsten" | tr -d ' ') controlegetallen"

# 5. Elk verslag van een vastlegging noemt precies de bestanden ernaast. Tijdstempels kwamen later en staan er niet in.
mkdir "$t/verslag"
for map in data/vastleggingen/*/; do
  [ -d "$map" ] || continue
  map=${map%/}; id=${map##*/}; verslag="$t/verslag/$id"
  if ! plat "$map/vastlegging.json" > "$verslag"; then mis "$map/vastlegging.json ontbreekt of heeft niet onze vorm"; rm -f "$verslag"; continue; fi
  case $(veld "$verslag" schema) in
    handenaf/vastlegging/1 | handenaf/vastlegging-gezwart/1) ;;
    *) mis "$map/vastlegging.json is van een onbekende soort"; continue ;;
  esac
  [ "$(veld "$verslag" vastlegging_id)" = "$id" ] || mis "$map/vastlegging.json hoort bij een andere vastlegging"
  awk -F '\t' '/^bestanden\// { sub(/^bestanden\//, "", $1); gsub(/"/, "", $2)
    if ($1 ~ /\/sha256$/) { sub(/\/sha256$/, "", $1); s[$1] = $2 } else if ($1 ~ /\/bytes$/) { sub(/\/bytes$/, "", $1); b[$1] = $2 } }
    END { for (n in s) print n, s[n], b[n] }' "$verslag" | sort > "$t/genoemd"
  (cd "$map" && find . -type f ! -path ./vastlegging.json ! -path './tijdstempel-*' | sed 's#^\./##' | xargs wc -c) | awk '$2 != "total" { print $2, $1 }' | sort > "$t/maten"
  awk -v m="$map/" 'index(substr($0, 67), m) == 1 { print substr($0, 67 + length(m)), $1 }' "$t/echt-alles" | sort | join - "$t/maten" > "$t/ernaast"
  cmp -s "$t/genoemd" "$t/ernaast" || mis "$map/vastlegging.json en de bestanden ernaast verschillen: $(comm -3 "$t/genoemd" "$t/ernaast" | sed 1q | tr '\t' ' ')"
done
slot 5 "de verslagen van de vastleggingen passen bij hun bestanden"

# 6. zaak.json noemt precies deze vastleggingen, alle van deze zaak, en dezelfde uitgave als bag-info.txt.
if plat data/zaak.json > "$t/zaak" && [ "$(veld "$t/zaak" schema)" = handenaf/zaak/1 ]; then
  zaak=$(veld "$t/zaak" zaak_id)
  awk -F '\t' '/^vastleggingen\/[0-9]+\/(id|manifest_sha256)\t/ { gsub(/"/, "", $2); printf "%s%s", $2, ($1 ~ /id$/ ? " " : "\n") }' "$t/zaak" | sort > "$t/genoemd"
  for map in data/vastleggingen/*/; do
    [ -d "$map" ] || continue
    id=${map#data/vastleggingen/}; id=${id%/}
    [ -f "$t/verslag/$id" ] || { mis "vastlegging $id kan niet worden gelezen"; continue; }
    echo "$id $(hash_van "${map}vastlegging.json")"
    [ "$(veld "$t/verslag/$id" zaak_id)" = "$zaak" ] || mis "vastlegging $id hoort bij een andere zaak"
  done | sort > "$t/gevonden"
  cmp -s "$t/genoemd" "$t/gevonden" || mis "data/zaak.json en data/vastleggingen/ noemen verschillende vastleggingen"
  uitgave=$(sed -n 's/^Handenaf-Uitgave: \([a-z]*\)$/\1/p' bag-info.txt 2>/dev/null)
  [ -n "$uitgave" ] && [ "$uitgave" = "$(veld "$t/zaak" uitgave)" ] || mis "bag-info.txt noemt een andere uitgave dan data/zaak.json"
  ook "uitgave: $(veld "$t/zaak" uitgave)"
else mis "data/zaak.json ontbreekt of heeft niet onze vorm"; zaak=; fi
slot 6 "de zaak en de vastleggingen horen bij elkaar"

# 7. Het logboek: nummers lopen op, de regels hebben hun controlegetal, en elk pad leidt naar de gestempelde dagkop.
wortel=; laatste=0
if [ -f data/logboek/kop.json ]; then
  if plat data/logboek/kop.json > "$t/kop" && [ "$(veld "$t/kop" schema)" = handenaf/logkop/1 ]; then
    wortel=$(veld "$t/kop" wortel); laatste=$(veld "$t/kop" volgnummer)
  else mis "data/logboek/kop.json heeft niet onze vorm"; fi
else ook "er is nog geen dagkop van het logboek gestempeld"; fi
R=data/logboek/regels.txt
if [ ! -f $R ]; then mis "$R ontbreekt"
elif grep -qvE '^((regel|later) [1-9][0-9]{0,11}|links|rechts) [0-9a-f]{64}$' $R || { [ -s $R ] && [ -n "$(tail -c 1 $R | tr -d '\n')" ]; }; then mis "$R heeft een vreemde regel"
else
  vorige=0; h=; nummer=; : > "$t/loggetallen"
  einde() { if [ -n "$h" ] && [ "$h" != "$wortel" ]; then echo "regel $nummer leidt niet naar de dagkop"; fi; h=; }
  { while read -r soort a b; do case $soort in
    regel | later)
      einde; nummer=$a; echo "$b" >> "$t/loggetallen"
      [ "$a" -gt "$vorige" ] || echo "regel $a volgt niet op regel $vorige"
      vorige=$a
      if [ "$soort" = later ]; then [ "$a" -gt "$laatste" ] || echo "regel $a staat aan de verkeerde kant van de dagkop"
      elif [ "$a" -gt "$laatste" ]; then echo "regel $a staat aan de verkeerde kant van de dagkop"
      else h=$(printf 'blad %s\n' "$b" | getal); fi ;;
    links) if [ -n "$h" ]; then h=$(printf 'knoop %s %s\n' "$a" "$h" | getal); else echo "een pad zonder regel"; fi ;;
    rechts) if [ -n "$h" ]; then h=$(printf 'knoop %s %s\n' "$h" "$a" | getal); else echo "een pad zonder regel"; fi ;;
    esac; done; einde; } < $R >> "$t/problemen"
  if [ -f data/logboek/logboek.jsonl ]; then
    while IFS= read -r regel; do
      printf '%s' "$regel" | getal
      case $regel in *"\"subject\":\"$zaak\""*) ;; *) mis "data/logboek/logboek.jsonl heeft een regel over een andere zaak" ;; esac
    done < data/logboek/logboek.jsonl > "$t/echt"
    cmp -s "$t/echt" "$t/loggetallen" && [ -z "$(tail -c 1 data/logboek/logboek.jsonl | tr -d '\n')" ] || mis "data/logboek/logboek.jsonl en $R verschillen"
  fi
  ook "$(wc -l < "$t/loggetallen" | tr -d ' ') regels"
fi
slot 7 "de regels van het logboek leiden naar de dagkop"

# 8. Elke geopende toezegging past bij haar blad en bij wat deze uitgave toont.
T=data/toezeggingen.txt; G=data/geopend.txt
if [ ! -f $T ] || [ ! -f $G ]; then mis "$T of $G ontbreekt"
elif grep -qvE '^[0-9a-f]{64}  [A-Za-z0-9._/-]+$' $T || grep -qvE '^[0-9a-f]{64} [0-9a-f]{64}  [A-Za-z0-9._/-]+$' $G \
  || ! cut -c67- $T | sort -cu 2>/dev/null || ! cut -c132- $G | sort -cu 2>/dev/null; then mis "$T of $G heeft niet de goede vorm"
elif [ ! -s "$t/zaak" ]; then mis "data/zaak.json kan niet worden gelezen"
else
  mkdir "$t/bladen" "$t/velden"
  awk -v m="$t/bladen" '{ n = substr($0, 132); g = n; gsub("/", "+", g); f = m "/" g; printf "zout %s %s %s\n", $1, n, $2 > f; close(f) }' $G
  gehasht "$t/bladen" | sort > "$t/geopende-bladen"
  sort $T > "$t/toegezegd"
  comm -23 "$t/geopende-bladen" "$t/toegezegd" | sed 's/^[0-9a-f]*  /past niet bij het blad: /' >> "$t/problemen"
  awk -F '\t' -v m="$t/velden" '$1 !~ /^(bundel_gemaakt_op|uitgave|vastleggingen\/.*|logboek\/.*)$/ {
    v = substr($0, length($1) + 2); n = "zaak/" $1; gsub(/\//, "+", n); f = m "/" n; printf "%s", v > f; close(f) }' "$t/zaak"
  gehasht "$t/velden" > "$t/hier"
  sed -n 's#  data/#  #p' "$t/echt-alles" >> "$t/hier"; sort "$t/hier" > "$t/hier-op-volgorde"
  cut -c66- $G | sort | comm -23 - "$t/hier-op-volgorde" | sed 's/^[0-9a-f]*  /gaat over iets anders: /' >> "$t/problemen"
  ook "$(wc -l < $G | tr -d ' ') van $(wc -l < $T | tr -d ' ') toezeggingen geopend"
fi
slot 8 "geopende toezeggingen kloppen"

# 9. Elk tijdstempel gaat over wat het moet, zijn handtekening klopt, en met stamcertificaten: het leidt naar een daarvan.
if [ -n "$wortels" ]; then cat "$wortels"/*.pem > "$t/wortels.pem" 2>/dev/null; fi
stempel() { # bestand, verwacht controlegetal
  tekst=$(openssl ts -reply -in "$1" -text 2>/dev/null)
  case $tekst in *'Status: Granted'*) ;; *) mis "$1 is geen verleend tijdstempel"; return ;; esac
  tijd=$(printf '%s\n' "$tekst" | sed -n 's/^Time stamp: //p')
  over=$(printf '%s\n' "$tekst" | sed -n '/^Message data:/,/^Serial number:/s/^ *[0-9a-f]\{4\} - \(.\{47\}\).*/\1/p' | tr -d ' \n-')
  case $tekst in *'Hash Algorithm: sha256'*) ;; *) mis "$1 is niet over een SHA-256"; return ;; esac
  if [ "$over" != "$2" ]; then mis "$1 gaat over iets anders"; return; fi
  keten="${1%.tsr}.keten.pem"
  openssl ts -reply -in "$1" -token_out -out "$t/token" 2>/dev/null
  if [ -f "$keten" ]; then set -- "$1" "$2" -certfile "$keten"; else set -- "$1" "$2"; fi
  naam=$1; doel=$2; shift 2
  if ! openssl cms -verify -noverify -inform DER -in "$t/token" -out "$t/inhoud" "$@" 2>/dev/null; then mis "$naam: de handtekening klopt niet"; return; fi
  if [ -z "$wortels" ]; then ook "$naam: $tijd; herkomst niet gecontroleerd"; return; fi
  seconden=$(date -ud "$tijd" +%s 2>/dev/null || date -juf '%b %e %T %Y GMT' "$tijd" +%s 2>/dev/null)
  if [ -f "$keten" ]; then set -- -untrusted "$keten"; else set --; fi
  if openssl ts -verify -digest "$doel" -in "$naam" -CAfile "$t/wortels.pem" ${seconden:+-attime "$seconden"} "$@" >/dev/null 2>&1
  then ook "$naam: $tijd, van een vertrouwde dienst"; else mis "$naam is niet van een vertrouwde dienst"; fi
}
for b in $(grep '\.tsr$' "$t/aanwezig"); do case $b in
  tijdstempels/*) stempel "$b" "$(hash_van tagmanifest-sha256.txt)" ;;
  data/logboek/*) stempel "$b" "$(hash_van data/logboek/kop.json)" ;;
  data/vastleggingen/*/vooraf.tsr)
    v="$t/verslag/$(basename "$(dirname "$b")")"
    stempel "$b" "$(printf '%s\n%s\n%s\n' "$(veld "$v" vastlegging_id)" "$(veld "$v" opdracht/gevraagde_url)" "$(veld "$v" tijd/niet_voor/nonce)" | getal)" ;;
  data/vastleggingen/*/tijdstempel-*)
    v="$t/verslag/$(basename "$(dirname "$b")")"; h=
    if [ -f "$v" ]; then h=$(veld "$v" origineel_sha256); fi
    h=${h:-$(hash_van "$(dirname "$b")/vastlegging.json")}; pad="${b%.tsr}.pad.txt"
    if [ -f "$pad" ]; then
      if grep -qvE '^(links|rechts) [0-9a-f]{64}$' "$pad"; then mis "$pad heeft een vreemde regel"; fi
      h=$(printf 'blad %s\n' "$h" | getal)
      while read -r kant ander; do
        if [ "$kant" = links ]; then h=$(printf 'knoop %s %s\n' "$ander" "$h" | getal); else h=$(printf 'knoop %s %s\n' "$h" "$ander" | getal); fi
      done < "$pad"
    fi
    stempel "$b" "$h" ;;
  *) mis "$b: er staat niet bij waar dit tijdstempel over gaat" ;;
esac; done
deel() { tail -c "+$(($2 + 1))" "$1" | head -c "$3"; } # bestand, vanaf, hoeveel
for b in $(grep '\.asics$' "$t/aanwezig"); do
  n=$(wc -c < tagmanifest-sha256.txt 2>/dev/null | tr -d ' ')
  if openssl ts -reply -in "${b%.asics}.tsr" -token_out -out "$t/token" 2>/dev/null && [ -n "$n" ] \
    && [ "$(deel "$b" 30 39)" = mimetypeapplication/vnd.etsi.asic-s+zip ] \
    && { printf tagmanifest-sha256.txt; cat tagmanifest-sha256.txt; } > "$t/deel" && deel "$b" 99 $((n + 22)) | cmp -s - "$t/deel" \
    && { printf META-INF/timestamp.tst; cat "$t/token"; } > "$t/deel" && deel "$b" $((151 + n)) "$(wc -c < "$t/deel" | tr -d ' ')" | cmp -s - "$t/deel"
  then :; else mis "$b bevat niet de tagmanifest en het tijdstempel ernaast"; fi
done
grep -q '^tijdstempels/.*\.tsr$' "$t/aanwezig" || ook "de bundel zelf heeft geen tijdstempel: wanneer hij is gemaakt berust op de klok van de maker"
[ -n "$wortels" ] || ook "geen stamcertificaten gegeven: dit bewijst alleen samenhang, niet dat de tijdstempels van een vertrouwde dienst zijn"
slot 9 "de tijdstempels kloppen"
if [ "$fout" = 0 ]; then echo "UITSLAG: IN ORDE"; else echo "UITSLAG: NIET IN ORDE"; fi
exit "$fout"
