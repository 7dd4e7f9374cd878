#!/bin/sh
# Sends every picture of a folder and waits until they are indexed: send_folder.sh FOLDER NAME
# Needs curl. LAMINA_TOKEN is a signed token; without accounts it may be anything.
set -eu
folder=$1
name=$2
api="$LAMINA_URL/api/v1"

ask() { curl -sS --fail-with-body -H "Authorization: Bearer ${LAMINA_TOKEN:-none}" "$@"; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

dataset=$(ask -G --data-urlencode "dataset_name=$name" "$api/ingestion/new_dataset" | field dataset_id)
transaction=$(ask "$api/ingestion/$dataset/data_files" | field trans_id)

cd "$folder"
find . -type f -name '[!.]*' | sed 's|^\./||' | while IFS= read -r file; do
  # The part after ; keeps the folders that the file lies in.
  ask -F "files=@\"$file\";filename=\"$file\"" \
    "$api/ingestion/$dataset/data_files/$transaction"
done

ask -X POST "$api/ingestion/$dataset/process_files/$transaction"
while :; do
  status=$(ask "$api/datasets/$dataset/creation-status" | field status)
  case $status in
    READY) break ;;
    ERROR) echo "indexing failed" >&2; exit 1 ;;
  esac
  sleep 1
done
echo "$dataset"
