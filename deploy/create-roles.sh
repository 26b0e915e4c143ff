#!/bin/sh
# Run once by the database's container, when it is made: the owner of the tables and who works in them.
set -eu
psql --set=ON_ERROR_STOP=1 --set=owner="$OWNER_PASSWORD" --set=web="$WEB_PASSWORD" <<'SQL'
CREATE ROLE sud_owner LOGIN PASSWORD :'owner';
CREATE ROLE sud_web LOGIN PASSWORD :'web';
CREATE DATABASE sud OWNER sud_owner ENCODING 'UTF8';
REVOKE ALL ON DATABASE sud FROM PUBLIC;
GRANT CONNECT ON DATABASE sud TO sud_web;
SQL
