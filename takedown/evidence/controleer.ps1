# Controle van een uitgepakte bewijsbundel met PowerShell 7. Geen netwerk. Gebruik: pwsh controleer.ps1 [map met stamcertificaten]
# De stappen 1 tot en met 4 en 7 zijn die van controleer.sh; van stap 9 de stempels over de bundel, het logboek en elke vastlegging.
# De stappen 5, 6 en 8 (samenhang van zaak, vastleggingen en toezeggingen) doen controleer.sh en controleer.html.
param([string]$Wortels = '')
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot
$hier = (Get-Location).ProviderPath
$script:fout = $false
$script:problemen = [System.Collections.Generic.List[string]]::new()
function Mis([string]$t) { $script:problemen.Add($t) }
function Slot([int]$n, [string]$titel) {
  if ($script:problemen.Count) { "$n. FOUT: $titel"; $script:problemen | Select-Object -First 20 | ForEach-Object { "   - $($_ -creplace '[^ -~]', '?')" }; $script:fout = $true }
  else { "$n. goed: $titel" }
  $script:problemen.Clear()
}
function Som([byte[]]$b) { [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($b)).ToLowerInvariant() }
function SomVan([string]$tekst) { Som ([System.Text.Encoding]::UTF8.GetBytes($tekst)) }
function Bytes([string]$naam) { , [System.IO.File]::ReadAllBytes([System.IO.Path]::Combine($hier, $naam)) }
function Latijn([string]$naam) { [System.Text.Encoding]::Latin1.GetString((Bytes $naam)) }

# 1. Alleen gewone bestanden met gewone namen.
$alles = Get-ChildItem -Recurse -Force -LiteralPath $hier
foreach ($een in $alles) { if ($een.Attributes -band [System.IO.FileAttributes]::ReparsePoint) { Mis "koppeling: $($een.FullName)" } }
$namen = @($alles | Where-Object { -not $_.PSIsContainer } | ForEach-Object { $_.FullName.Substring($hier.Length + 1).Replace('\', '/') })
foreach ($n in $namen) { if ($n -cnotmatch '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,3}$') { Mis "een naam zoals geen bundel heeft: $n" } }
Slot 1 'leesbaar, alleen gewone bestanden'

# 2. De drie lijsten hebben de goede vorm.
$lijst = [System.Collections.Generic.Dictionary[string, string]]::new([System.StringComparer]::Ordinal)
$vermeld = [System.Collections.Generic.List[string]]::new()
$mag = [ordered]@{ 'manifest-sha256.txt' = '^data/.'; 'tagmanifest-sha256.txt' = '^(?!tagmanifest-sha256\.txt)[^/]+$'
  'tijdstempels/lijst.txt' = '^(tagmanifest-sha256\.txt|tijdstempels/(?!lijst\.txt)[^/]+)$' }
foreach ($l in $mag.Keys) {
  if ($namen -cnotcontains $l) { Mis "$l ontbreekt"; continue }
  $tekst = Latijn $l; $vorige = ''
  if ($tekst -cnotmatch '\A([0-9a-f]{64}  [A-Za-z0-9._/-]+\n)*\z') { Mis "$l heeft een vreemde regel" }
  foreach ($r in [regex]::Matches($tekst, '(?m)^([0-9a-f]{64})  ([A-Za-z0-9._/-]+)$')) {
    $n = $r.Groups[2].Value
    if ([string]::CompareOrdinal($vorige, $n) -ge 0) { Mis "$l staat niet op volgorde" }
    if ($n -cnotmatch $mag[$l]) { Mis "$l mag $n niet noemen" }
    $vorige = $n; $vermeld.Add($n); $lijst[$n] = $r.Groups[1].Value
  }
}
Slot 2 'de lijsten hebben de goede vorm'

# 3. Elk bestand staat op precies een lijst.
foreach ($n in $namen) { if ($n -cne 'tijdstempels/lijst.txt' -and -not $lijst.ContainsKey($n)) { Mis "op geen lijst: $n" } }
foreach ($n in $vermeld) { if ($namen -cnotcontains $n) { Mis "ontbreekt: $n" } }
if ($vermeld.Count -ne $lijst.Count) { Mis 'een bestand staat op meer dan een lijst' }
foreach ($n in 'LEESMIJ.txt', 'bag-info.txt', 'bagit.txt', 'controleer.html', 'controleer.ps1', 'controleer.sh', 'data/geopend.txt', 'data/logboek/regels.txt',
  'data/toezeggingen.txt', 'data/zaak.json', 'manifest-sha256.txt', 'rapport.pdf', 'tagmanifest-sha256.txt', 'tijdstempels/lijst.txt') {
  if ($namen -cnotcontains $n) { Mis "elke bundel heeft $n" }
}
Slot 3 'elk bestand staat op precies een lijst'

# 4. Elk controlegetal klopt.
foreach ($n in $lijst.Keys) { if ($namen -ccontains $n -and (Som (Bytes $n)) -cne $lijst[$n]) { Mis "gewijzigd: $n" } }
Slot 4 "$($lijst.Count) controlegetallen"

# 7. Elk pad van het logboek leidt naar de dagkop.
function Pad([string]$h, [string]$weg) {
  $h = SomVan "blad $h`n"
  foreach ($r in [regex]::Matches($weg, '(links|rechts) ([0-9a-f]{64})')) {
    $h = if ($r.Groups[1].Value -ceq 'links') { SomVan "knoop $($r.Groups[2].Value) $h`n" } else { SomVan "knoop $h $($r.Groups[2].Value)`n" }
  }
  $h
}
if ($namen -ccontains 'data/logboek/regels.txt') {
  $kop = if ($namen -ccontains 'data/logboek/kop.json') { Latijn 'data/logboek/kop.json' | ConvertFrom-Json } else { $null }
  $laatste = if ($kop) { [long]$kop.volgnummer } else { 0 }; $vorige = 0
  foreach ($r in [regex]::Matches((Latijn 'data/logboek/regels.txt'), '(regel|later) ([0-9]+) ([0-9a-f]{64})\n((?:(?:links|rechts) [0-9a-f]{64}\n)*)')) {
    $nr = [long]$r.Groups[2].Value
    if ($nr -le $vorige) { Mis "regel $nr volgt niet op regel $vorige" }
    $vorige = $nr
    if (($r.Groups[1].Value -ceq 'later') -ne ($nr -gt $laatste)) { Mis "regel $nr staat aan de verkeerde kant van de dagkop" }
    elseif ($nr -le $laatste -and (Pad $r.Groups[3].Value $r.Groups[4].Value) -cne $kop.wortel) { Mis "regel $nr leidt niet naar de dagkop" }
  }
}
Slot 7 'de regels van het logboek leiden naar de dagkop'

# 9. Stempels: waarover, handtekening, en met stamcertificaten het pad op het tijdstip van het stempel.
foreach ($n in $namen | Where-Object { $_ -clike '*.tsr' -and $_ -cnotlike '*/vooraf.tsr' }) {
  try {
    $map = $n.Substring(0, $n.LastIndexOf('/') + 1)
    $over = if ($map -ceq 'tijdstempels/') { Som (Bytes 'tagmanifest-sha256.txt') } elseif ($map -ceq 'data/logboek/') { Som (Bytes 'data/logboek/kop.json') } else { Som (Bytes "${map}vastlegging.json") }
    if ($map -clike 'data/vastleggingen/*') {
      $v = [System.Text.Encoding]::UTF8.GetString((Bytes "${map}vastlegging.json")) | ConvertFrom-Json
      if ($v.origineel_sha256) { $over = $v.origineel_sha256 }
    }
    $weg = $n -creplace '\.tsr$', '.pad.txt'
    if ($namen -ccontains $weg) { $over = Pad $over (Latijn $weg) }
    # TimeStampResp: overslaan tot het token zelf (het tweede deel van de buitenste SEQUENCE).
    $b = Bytes $n
    $lezer = [System.Formats.Asn1.AsnReader]::new($b, [System.Formats.Asn1.AsnEncodingRules]::BER).ReadSequence()
    if ($lezer.ReadSequence().ReadInteger() -gt 1) { Mis "$n is geen verleend tijdstempel"; continue }
    $token = $null; $gelezen = 0
    if (-not [System.Security.Cryptography.Pkcs.Rfc3161TimestampToken]::TryDecode($lezer.ReadEncodedValue(), [ref]$token, [ref]$gelezen)) { Mis "$n is geen tijdstempel"; continue }
    $dienst = $null
    if (-not $token.VerifySignatureForHash([Convert]::FromHexString($over), [System.Security.Cryptography.HashAlgorithmName]::SHA256, [ref]$dienst)) { Mis "${n}: gaat over iets anders, of de handtekening klopt niet"; continue }
    $tijd = $token.TokenInfo.Timestamp
    if (-not $Wortels) { "   - ${n}: $($tijd.UtcDateTime.ToString('u')); herkomst niet gecontroleerd"; continue }
    $keten = [System.Security.Cryptography.X509Certificates.X509Chain]::new()
    $keten.ChainPolicy.TrustMode = 'CustomRootTrust'; $keten.ChainPolicy.RevocationMode = 'NoCheck'; $keten.ChainPolicy.VerificationTime = $tijd.UtcDateTime
    Get-ChildItem -LiteralPath $Wortels -File | Where-Object { $_.Extension -in '.pem', '.crt', '.cer', '.der' } | ForEach-Object { [void]$keten.ChainPolicy.CustomTrustStore.Add([System.Security.Cryptography.X509Certificates.X509Certificate2]::new($_.FullName)) }
    foreach ($c in $token.AsSignedCms().Certificates) { [void]$keten.ChainPolicy.ExtraStore.Add($c) }
    if ($keten.Build($dienst)) { "   - ${n}: $($tijd.UtcDateTime.ToString('u')), van een vertrouwde dienst" } else { Mis "$n is niet van een vertrouwde dienst" }
  } catch { Mis "${n}: geen geldig tijdstempel ($($_.Exception.Message))" }
}
if (-not $Wortels) { '   - geen stamcertificaten gegeven: dit bewijst alleen samenhang, niet dat de tijdstempels van een vertrouwde dienst zijn' }
Slot 9 'de tijdstempels kloppen'
if ($script:fout) { 'UITSLAG: NIET IN ORDE'; exit 1 } else { 'UITSLAG: IN ORDE (stappen 5, 6 en 8: zie controleer.html)'; exit 0 }
